package dev.firn.cli.session;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import dev.firn.cli.config.Config;
import dev.firn.cli.failure.UsageException;
import dev.firn.cli.text.Nearest;
import dev.firn.cli.text.Progress;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.FileStat;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Names;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One run of one command: the options that count, the cache they mean, and where results go. */
public final class Session {
  private static final String CONFIG_FILE = "firn.json";
  private static final int TERMINAL_COLUMNS = 80;

  private final Environment environment;
  private final GlobalOptions options;
  private final BufferedWriter out;
  private final PrintWriter err;
  private @Nullable Progress progress;

  public Session(Environment environment, GlobalOptions options) {
    this.environment = environment;
    this.options = options;
    this.out =
        new BufferedWriter(
            new OutputStreamWriter(
                new ResultStream(environment.out(), this::clearProgress), StandardCharsets.UTF_8),
            1 << 16);
    this.err =
        new PrintWriter(new OutputStreamWriter(environment.err(), StandardCharsets.UTF_8), true);
  }

  public Environment environment() {
    return environment;
  }

  public Disk disk() {
    return environment.disk();
  }

  public boolean json() {
    return options.json;
  }

  public boolean verbose() {
    return options.verbose;
  }

  /** Where results go; whoever opened the session flushes it at the end. */
  public Writer out() {
    return out;
  }

  /** Messages for people. */
  public PrintWriter err() {
    return err;
  }

  /** Prints one line of a result. */
  public void print(String line) throws IOException {
    out.write(line);
    out.write('\n');
  }

  /**
   * The line on stderr that shows how far long work is. Nothing is shown where stderr is no
   * terminal, with {@code --quiet} or {@code --json}, nor with {@code --verbose}, which logs what
   * is done.
   */
  public Progress progress() {
    Progress shown = progress;
    if (shown == null) {
      shown =
          new Progress(
              err,
              environment.clock(),
              environment.errIsTerminal() && !options.quiet && !options.json && !options.verbose,
              terminalColumns());
      progress = shown;
    }
    return shown;
  }

  private int terminalColumns() {
    String columns = environment.variable("COLUMNS").orElse("");
    return columns.matches("[1-9][0-9]{1,3}") ? Integer.parseInt(columns) : TERMINAL_COLUMNS;
  }

  private void clearProgress() {
    if (progress != null) {
      progress.clear();
    }
  }

  /** A message for people beside the results; what is in it does not steer their terminal. */
  public void note(String line) {
    clearProgress();
    err.println("firn: " + withoutControls(line));
  }

  private static String withoutControls(String line) {
    StringBuilder shown = new StringBuilder(line);
    for (int i = 0; i < shown.length(); i++) {
      char c = shown.charAt(i);
      if (Character.isISOControl(c) && c != '\n' && c != '\t') {
        shown.setCharAt(i, ' ');
      }
    }
    return shown.toString();
  }

  /** Writes the members of a JSON document. */
  public interface Members {
    void write(JsonGenerator json) throws IOException;
  }

  /** Writes one JSON object to {@link #out}, indented, and ends the line. */
  public void document(Members members) throws IOException {
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter pretty = new DefaultPrettyPrinter();
    pretty.indentObjectsWith(indenter);
    pretty.indentArraysWith(indenter);
    try (JsonGenerator json = rows()) {
      json.setPrettyPrinter(pretty);
      json.writeStartObject();
      members.write(json);
      json.writeEndObject();
    }
    print("");
  }

  /** JSON values on {@link #out}, with nothing between them; closing it leaves the stream open. */
  public JsonGenerator rows() throws IOException {
    return new JsonFactory()
        .setRootValueSeparator("")
        .createGenerator(out)
        .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
        .disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
  }

  /** The root: {@code --root}, else {@code $FIRN_ROOT}, else {@code ~/.firn/cache}. */
  public Path root() {
    Path root = options.root == null ? path("FIRN_ROOT") : options.root;
    if (root != null && root.toString().isEmpty()) {
      throw new UsageException("--root is empty: expected a cache's directory");
    }
    if (root == null) {
      root = environment.home().resolve(".firn").resolve("cache");
    }
    return root.toAbsolutePath().normalize();
  }

  public CacheDirectory cache() {
    return new CacheDirectory(disk(), root());
  }

  /** True if the root is a directory, false if nothing is there. */
  public boolean rootExists() throws IOException {
    Path root = root();
    Optional<FileStat> stat = disk().stat(root);
    if (stat.isPresent() && !disk().isDirectory(root)) {
      if (stat.get().kind() != FileStat.Kind.SYMBOLIC_LINK) {
        throw new UsageException(root + ": expected a cache's directory, found a file");
      }
      // A link to a directory is fine. Of one to a disk that is not mounted nobody can say that
      // there is nothing in the cache.
      if (!disk().isDirectory(root.resolve("."))) {
        throw new UsageException(
            root + ": expected a cache's directory, found a symbolic link that leads to none");
      }
    }
    return stat.isPresent();
  }

  /** For people who ask about a cache in which there is nothing. */
  public String nothingYet() {
    return "There is nothing in "
        + root()
        + " yet; \"firn append DATASET FILE\" makes a dataset, --root names another cache.";
  }

  /** For people who want something of a cache that there is not. */
  public String noCacheYet() {
    return "there is no cache at "
        + root()
        + " yet; \"firn append DATASET FILE\" makes one, --root names another";
  }

  /**
   * Where the configuration is or would be: {@code --config}, else {@code $FIRN_CONFIG}, else
   * {@code firn.json} in the root.
   */
  public Path configFile() {
    Path named = namedConfigFile();
    return named == null ? root().resolve(CONFIG_FILE) : named;
  }

  /**
   * The configuration; the defaults if no file was named and there is none in the root.
   *
   * @throws UsageException if it has problems, or the file that was named is not there
   */
  public Config config() throws IOException {
    Path file = configFile();
    Optional<FileStat> stat = disk().stat(file);
    if (stat.isEmpty()) {
      if (namedConfigFile() != null) {
        throw new UsageException(
            file + ": there is no such configuration; \"firn config init\" writes one");
      }
      return Config.defaults();
    }
    if (stat.get().isDirectory()) {
      throw new UsageException(file + ": expected a configuration, found a directory");
    }
    return Config.load(disk(), file);
  }

  /**
   * The datasets that were named, checked against those that there are.
   *
   * @throws UsageException naming the known ones
   */
  public List<String> requireDatasets(List<String> names) throws IOException {
    if (names.isEmpty()) {
      return names;
    }
    for (String name : names) {
      try {
        Names.requireDataset(name);
      } catch (IllegalArgumentException e) {
        throw new UsageException(String.valueOf(e.getMessage()));
      }
    }
    if (!rootExists()) {
      throw new UsageException("dataset \"" + names.get(0) + "\": " + noCacheYet());
    }
    List<String> known = cache().datasets();
    for (String name : names) {
      if (!known.contains(name)) {
        throw new UsageException(
            "dataset \""
                + name
                + "\" is not in "
                + root()
                + (known.isEmpty() ? "; there are none" : "; there are " + String.join(", ", known))
                + Nearest.hint(name, known));
      }
    }
    return names.stream().distinct().toList();
  }

  private @Nullable Path namedConfigFile() {
    Path named = options.config == null ? path("FIRN_CONFIG") : options.config;
    return named == null ? null : named.toAbsolutePath().normalize();
  }

  private @Nullable Path path(String variable) {
    Optional<String> value = environment.variable(variable);
    try {
      return value.isPresent() ? Path.of(value.get()) : null;
    } catch (InvalidPathException e) {
      throw new UsageException("$" + variable + " is no path: " + e.getMessage());
    }
  }
}
