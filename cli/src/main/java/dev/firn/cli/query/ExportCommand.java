package dev.firn.cli.query;

import dev.firn.cli.failure.ExitCode;
import dev.firn.cli.failure.UsageException;
import dev.firn.cli.session.Session;
import dev.firn.cli.sql.PartitionExport;
import dev.firn.cli.sql.PartitionExport.Format;
import dev.firn.cli.text.ByteSize;
import dev.firn.cli.text.Counted;
import dev.firn.cli.text.Nearest;
import dev.firn.core.condition.Condition;
import dev.firn.core.condition.InvalidConditionException;
import dev.firn.core.disk.Disk;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Copies a dataset's rows into files of an open format. */
@Command(
    name = "export",
    header = "Copy live rows into Parquet, JSON lines or CSV.",
    description = {
      "",
      "One file a partition: DIR/DATASET/KEY=VALUE/data.parquet. A file appears when it is whole and"
          + " its rows were counted again; one that is there already is never replaced.",
      "A partition that cannot be read is named on stderr and left out, and the exit code is 3."
    },
    synopsisHeading = "%nUsage: ",
    parameterListHeading = "%n",
    optionListHeading = "%nOptions:%n")
public final class ExportCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "DATASET", description = "Whose rows.")
  String dataset = "";

  @Option(
      names = "--to",
      paramLabel = "DIR",
      required = true,
      description = "Where the files go; made if it is not there.")
  Path to = Path.of("");

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "parquet, jsonl or csv; parquet if nothing is said.")
  String format = "parquet";

  @Option(
      names = "--where",
      paramLabel = "CONDITION",
      description = "Only rows of which this is true, as \"status = 'done' AND cost > 5\".")
  @Nullable String where;

  @Option(
      names = "--columns",
      paramLabel = "NAME",
      split = ",",
      description = "Only these columns, in this order; with commas between them.")
  List<String> columns = List.of();

  @Option(
      names = "--since",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Only rows of the last 30s, 5m, 1h, 7d; see \"firn query rows --help\".")
  @Nullable Duration since;

  @Option(
      names = "--partition",
      paramLabel = "KEY=VALUE[/...]",
      description = "Only partitions with these values.")
  @Nullable String partition;

  public ExportCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    Format wanted = format();
    List<Partition> partitions = PartitionFilter.find(session, dataset, partition);
    Map<Partition, Path> files = files(partitions, wanted);
    PartitionExport.Selection selection =
        new PartitionExport.Selection(columns, conditions(partitions));
    Unreadables unreadables = new Unreadables(session);
    List<Written> written = new ArrayList<>();
    PartitionExport export =
        new PartitionExport(session, SqlOptions.limits(session), SqlOptions.scratchParent());
    for (Map.Entry<Partition, Path> entry : files.entrySet()) {
      Path directory = Objects.requireNonNull(entry.getValue().getParent());
      ensure(directory);
      Optional<Long> rows =
          export.write(entry.getKey(), selection, wanted, entry.getValue(), unreadables::look);
      if (rows.isPresent()) {
        long bytes = session.disk().stat(entry.getValue()).orElseThrow().sizeBytes();
        written.add(new Written(entry.getKey(), entry.getValue(), rows.get(), bytes));
      }
    }
    report(written, unreadables);
    return (unreadables.entries().isEmpty() ? ExitCode.DONE : ExitCode.UNREADABLE).code();
  }

  private record Written(Partition partition, Path file, long rows, long bytes) {}

  private Format format() {
    for (Format candidate : Format.values()) {
      if (candidate.extension().equalsIgnoreCase(format)) {
        return candidate;
      }
    }
    throw new UsageException(
        "--format \""
            + format
            + "\" is none of parquet, jsonl, csv"
            + Nearest.hint(format, List.of("parquet", "jsonl", "csv")));
  }

  private Map<Partition, Path> files(List<Partition> partitions, Format wanted) throws IOException {
    Path target = to.toAbsolutePath().normalize();
    if (target.startsWith(session.root())) {
      throw new UsageException(target + " is in the cache; --to is anywhere else");
    }
    Map<Partition, Path> files = new LinkedHashMap<>();
    for (Partition candidate : partitions) {
      Path directory = target.resolve(candidate.dataset());
      for (Map.Entry<String, String> key : candidate.keys().entrySet()) {
        directory = directory.resolve(key.getKey() + "=" + key.getValue());
      }
      Path file = directory.resolve("data." + wanted.extension());
      if (session.disk().stat(file).isPresent()) {
        throw new UsageException(file + " is there already; remove it, or export elsewhere");
      }
      files.put(candidate, file);
    }
    return files;
  }

  private List<Condition> conditions(List<Partition> partitions) throws IOException {
    List<Live> live = new ArrayList<>();
    for (Partition candidate : partitions) {
      if (new PartitionInspector(session.disk()).inspect(candidate) instanceof Live readable) {
        live.add(readable);
      }
    }
    requireColumns(live);
    List<Condition> conditions = new ArrayList<>();
    if (where != null) {
      Condition condition = Condition.parse(where);
      requireBinds(condition, live);
      conditions.add(condition);
    }
    if (since != null && !live.isEmpty()) {
      Instant earliest = session.environment().clock().instant().minus(since);
      Set<String> found =
          live.stream()
              .flatMap(s -> EventTime.find(s.generation().metadata().schema()).stream())
              .map(time -> since(time, earliest))
              .collect(Collectors.toCollection(TreeSet::new));
      if (found.size() != 1) {
        throw new UsageException(
            "--since needs one column with the time of a row, the same in all partitions, of "
                + String.join(", ", EventTime.COLUMNS));
      }
      conditions.add(Condition.parse(found.iterator().next()));
    }
    return conditions;
  }

  /** In a partition without one of the columns it is of NULL; one has to have all of them. */
  private static void requireBinds(Condition condition, List<Live> live) {
    InvalidConditionException problem = null;
    for (Live state : live) {
      try {
        condition.bind(state.generation().metadata().schema());
        return;
      } catch (InvalidConditionException e) {
        problem = e;
      }
    }
    if (problem != null) {
      throw problem;
    }
  }

  private static String since(EventTime time, Instant earliest) {
    String form =
        switch (time.column().type().typeId()) {
          case DATE -> "uuuu-MM-dd";
          default -> "uuuu-MM-dd HH:mm:ss.SSSSSS";
        };
    return "\""
        + time.column().name()
        + "\" >= '"
        + DateTimeFormatter.ofPattern(form).format(earliest.atOffset(ZoneOffset.UTC))
        + "'";
  }

  private void requireColumns(List<Live> live) {
    List<String> known =
        SchemaUnion.of(live).columns().stream().map(SchemaUnion.Column::name).toList();
    for (String column : live.isEmpty() ? List.<String>of() : columns) {
      if (!known.contains(column)) {
        throw new UsageException(
            "column \""
                + column
                + "\" is not in "
                + dataset
                + Nearest.to(column, known)
                    .map(near -> "; did you mean \"" + near + "\"?")
                    .orElse("; there are " + String.join(", ", known)));
      }
    }
  }

  private void ensure(Path directory) throws IOException {
    Disk disk = session.disk();
    if (disk.stat(directory).isPresent()) {
      return;
    }
    Path parent = directory.getParent();
    if (parent != null) {
      ensure(parent);
    }
    try {
      disk.createDirectory(directory);
    } catch (FileAlreadyExistsException e) {
      return; // somebody else made it
    }
  }

  private void report(List<Written> written, Unreadables unreadables) throws IOException {
    if (!session.json()) {
      for (Written file : written) {
        session.print(
            file.file()
                + ": "
                + Counted.of(file.rows(), "row")
                + ", "
                + ByteSize.format(file.bytes()));
      }
      return;
    }
    session.document(
        json -> {
          json.writeStringField("dataset", dataset);
          json.writeArrayFieldStart("files");
          for (Written file : written) {
            json.writeStartObject();
            json.writeStringField("partition", file.partition().path());
            json.writeStringField("file", file.file().toString());
            json.writeNumberField("rows", file.rows());
            json.writeNumberField("bytes", file.bytes());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeArrayFieldStart("unreadable");
          for (Unreadables.Entry entry : unreadables.entries()) {
            json.writeStartObject();
            json.writeStringField("path", entry.partition().path());
            json.writeStringField("reason", entry.reason());
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }
}
