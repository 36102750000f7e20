package dev.firn.cli.append;

import dev.firn.cli.config.Config;
import dev.firn.cli.failure.ExitCode;
import dev.firn.cli.failure.Failure;
import dev.firn.cli.failure.UsageException;
import dev.firn.cli.session.Environment;
import dev.firn.cli.session.Session;
import dev.firn.core.CacheException;
import dev.firn.core.append.CacheAppender;
import dev.firn.core.layout.Names;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Unreadable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Appends lines of JSON. */
@Command(
    name = "append",
    header = "Append rows: lines of JSON from stdin or files.",
    description = {
      "",
      "A line that is an object is a row; one that is an array of objects is an exchange of its own."
          + " Of files, 1,000 lines or 1 MB make an exchange; of a pipe, whatever has arrived. An"
          + " exchange is on the disk, and seen by every reader, before the next is begun.",
      "A line that is no JSON is named on stderr and left out, and the exit code is 1. Values that do"
          + " not fit their column go into _rescued, or the line is rejected, as the dataset's"
          + " on_mismatch says. If the partition is in doubt the rows are held beside it, safe, and"
          + " the exit code is 3. Ctrl-C lands what was read and ends it;"
          + " a second one ends it at once."
    },
    synopsisHeading = "%nUsage: ",
    parameterListHeading = "%n",
    optionListHeading = "%nOptions:%n")
public final class AppendCommand implements Callable<Integer> {
  private static final String STDIN = "-";
  private static final String DEFAULT_SOURCE = "default";

  private final Session session;
  private final Stopping stopping = new Stopping();

  @Parameters(
      index = "0",
      paramLabel = "DATASET",
      description = "Where to; created by its first row.")
  String dataset = "";

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "FILE",
      description = "Lines of JSON, compressed if named *.gz; stdin if none is named, or as -.")
  List<Path> files = List.of();

  @ArgGroup @Nullable Keys keys;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "So many lines make an exchange, of files and pipes alike.")
  @Nullable Integer lines;

  @Option(
      names = "--key",
      paramLabel = "TEXT",
      description =
          "All that is read is one exchange of this name, up to 16 MiB, and goes in whole or not at"
              + " all. Within 24 hours a repetition appends nothing and says what the first said; other rows"
              + " under the same name are refused (exit code 2).")
  @Nullable String key;

  /** At most one of these. */
  static final class Keys {
    @Option(
        names = "--source",
        paramLabel = "NAME",
        description = "The partition source=NAME; \"default\" if nothing is said.")
    @Nullable String source;

    @Option(
        names = "--partition",
        paramLabel = "KEY=VALUE[/...]",
        description = "The partition with these keys.")
    @Nullable String partition;
  }

  /** Whether somebody wants it to end, and what that has to be told to. */
  private static final class Stopping {
    private boolean stopped;
    private @Nullable PipeInput pipe;

    synchronized void stop() {
      stopped = true;
      if (pipe != null) {
        pipe.stop();
      }
    }

    synchronized void reading(PipeInput input) {
      pipe = input;
      if (stopped) {
        input.stop();
      }
    }

    synchronized boolean isStopped() {
      return stopped;
    }
  }

  public AppendCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    if (lines != null && lines < 1) {
      throw new UsageException("--batch " + lines + ": expected 1 or more");
    }
    requireOneExchange();
    Config config = session.config();
    session.rootExists();
    Partition partition = partition();
    List<Input> inputs = inputs();
    Environment environment = session.environment();
    AppendProgress progress =
        new AppendProgress(
            session.progress(),
            inputs.stream().anyMatch(Input::isPipe)
                ? 0
                : inputs.stream().mapToLong(Input::bytes).sum());
    if (environment.interactive() && inputs.stream().anyMatch(i -> i.file() == null)) {
      session.note("reading lines of JSON from the terminal; Ctrl-D ends them");
    }
    environment.stop().onStop(stopping::stop);
    Instant started = environment.clock().instant();
    AppendTally tally = new AppendTally();
    LineComplaints complaints = new LineComplaints(session);
    ExitCode code = ExitCode.DONE;
    @Nullable Throwable failure = null;
    CacheAppender appender =
        new CacheAppender(
            session.disk(), session.cache(), environment.clock(), config.append("append"));
    try {
      AppendRun run =
          new AppendRun(
              appender.writer(dataset, partition.keys()),
              tally,
              complaints,
              progress,
              stopping::isStopped,
              key);
      code = appendAll(inputs, run, progress);
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
    }
    try {
      code = code.or(close(appender, failure));
    } catch (RuntimeException | Error e) {
      failure = failure == null ? e : failure;
    }
    session.progress().clear();
    complaints.finish();
    if (key != null && failure == null && tally.exchanges() == 0) {
      session.note("nothing was appended: what --key names goes in whole or not at all");
    }
    report(
        new AppendReport(
            partition,
            tally,
            Duration.between(started, environment.clock().instant()),
            stopping.isStopped(),
            heldBecause(partition, tally),
            failure == null ? null : Failure.of(failure).message()));
    rethrow(failure);
    if (tally.held() > 0) {
      code = code.or(ExitCode.UNREADABLE);
    }
    if (tally.badLines() + tally.rejectedLines() > 0) {
      code = code.or(ExitCode.INCOMPLETE);
    }
    return code.code();
  }

  private void requireOneExchange() {
    if (key == null) {
      return;
    }
    if (key.isEmpty()) {
      throw new UsageException("--key: expected a name, found nothing");
    }
    if (lines != null) {
      throw new UsageException("--key " + key + " names one exchange; --batch makes many");
    }
    if (files.size() > 1) {
      throw new UsageException(
          "--key " + key + " names one exchange; expected one FILE, found " + files.size());
    }
  }

  private ExchangeSize exchangeSize(Input input) {
    if (key != null) {
      return ExchangeSize.ofKey();
    }
    return lines == null ? input.exchangeSize() : ExchangeSize.ofLines(lines);
  }

  private Partition partition() {
    try {
      Names.requireDataset(dataset);
      if (keys != null && keys.partition != null) {
        return session.cache().partition(dataset, Names.parseKeys(keys.partition));
      }
      String source = keys == null || keys.source == null ? DEFAULT_SOURCE : keys.source;
      Map<String, String> named = Map.of("source", source);
      if (!Names.parseKeys("source=" + source).equals(named)) {
        throw new UsageException("--source " + source + ": holds a slash");
      }
      return session.cache().partition(dataset, named);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private List<Input> inputs() throws IOException {
    List<Input> inputs = new ArrayList<>();
    for (Path file : files) {
      inputs.add(file.toString().equals(STDIN) ? Input.stdin() : Input.file(file));
    }
    return inputs.isEmpty() ? List.of(Input.stdin()) : inputs;
  }

  /** All inputs; one that cannot be read to its end keeps none of the others out. */
  private ExitCode appendAll(List<Input> inputs, AppendRun run, AppendProgress progress)
      throws IOException {
    ExitCode code = ExitCode.DONE;
    for (Input input : inputs) {
      if (stopping.isStopped()) {
        break;
      }
      try {
        append(input, run, progress);
      } catch (InputFailedException e) {
        session.note(
            input.name()
                + ": cannot be read to its end ("
                + Failure.of(e.reason()).message()
                + "); what was read of it is in");
        code = code.or(ExitCode.DISK);
      }
    }
    return code;
  }

  private void append(Input input, AppendRun run, AppendProgress progress) throws IOException {
    InputStream in;
    try {
      in = input.open(session.environment().in(), stopping::reading, progress::read);
    } catch (IOException e) {
      throw new InputFailedException(e);
    }
    try (LineReader reader = new LineReader(in, ExchangeSize.LONGEST_BYTES)) {
      run.append(input, reader, exchangeSize(input));
    }
  }

  /** What was acknowledged is safe, published or not. */
  private ExitCode close(CacheAppender appender, @Nullable Throwable failure) {
    try {
      appender.close();
      return ExitCode.DONE;
    } catch (IOException e) {
      if (failure != null) {
        failure.addSuppressed(e);
        return ExitCode.DONE;
      }
      session.note(
          "the rows are in, but other engines do not see them yet: "
              + Failure.of(e).message()
              + " (the next append or \"firn query maintain\" makes up for it)");
      return e instanceof CacheException ? ExitCode.DONE : ExitCode.DISK;
    }
  }

  private @Nullable String heldBecause(Partition partition, AppendTally tally) {
    return tally.held() > 0
            && new PartitionInspector(session.disk()).inspect(partition)
                instanceof Unreadable unreadable
        ? unreadable.problem().text() + " (" + unreadable.reason() + ")"
        : null;
  }

  private void report(AppendReport report) throws IOException {
    if (session.json()) {
      session.document(report::write);
      if (report.tally().held() > 0) {
        session.note(report.held());
      }
      return;
    }
    for (String line : report.lines()) {
      session.print(line);
    }
  }

  private static void rethrow(@Nullable Throwable failure) throws IOException {
    if (failure instanceof IOException e) {
      throw e;
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
  }
}
