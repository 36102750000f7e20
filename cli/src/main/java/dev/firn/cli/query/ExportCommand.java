package dev.firn.cli.query;

import dev.firn.cli.failure.ExitCode;
import dev.firn.cli.failure.UsageException;
import dev.firn.cli.session.Session;
import dev.firn.cli.sql.DatasetExport;
import dev.firn.cli.sql.DatasetExport.Format;
import dev.firn.cli.text.ByteSize;
import dev.firn.cli.text.Counted;
import dev.firn.cli.text.Nearest;
import dev.firn.core.condition.Condition;
import dev.firn.core.condition.InvalidConditionException;
import dev.firn.core.layout.Names;
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
      "One file a partition: DIR/DATASET/KEY=VALUE/data.parquet, or data-00001.parquet and so on"
          + " with --max-file-bytes. Files appear when they are whole and were read back; one that is"
          + " there already is never replaced. In CSV NULL is empty and an empty text is quoted.",
      "A partition that cannot be read is named on stderr and left out, and the exit code is 3."
    },
    synopsisHeading = "%nUsage: ",
    parameterListHeading = "%n",
    optionListHeading = "%nOptions:%n")
public final class ExportCommand implements Callable<Integer> {
  private static final long LEAST_FILE_BYTES = 1000;

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

  @Option(
      names = "--max-file-bytes",
      paramLabel = "N",
      description = "Begin another file when one has about so many bytes, from 1000 on.")
  @Nullable Long maxFileBytes;

  public ExportCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    Format wanted = format();
    if (maxFileBytes != null && maxFileBytes < LEAST_FILE_BYTES) {
      throw new UsageException(
          "--max-file-bytes " + maxFileBytes + ": expected " + LEAST_FILE_BYTES + " or more");
    }
    DatasetExport.Shape shape = new DatasetExport.Shape(wanted, Optional.ofNullable(maxFileBytes));
    List<Partition> partitions = PartitionFilter.find(session, dataset, partition);
    ExportTarget target = new ExportTarget(session, to);
    Map<Partition, Path> directories = target.directories(partitions, wanted);
    List<Live> whole = live(session.cache().partitions(dataset));
    Set<Partition> asked = Set.copyOf(partitions);
    List<Live> live = whole.stream().filter(l -> asked.contains(l.partition())).toList();
    DatasetExport.Selection selection = new DatasetExport.Selection(columns, conditions(live));
    if (columns.isEmpty()) {
      noteLeftOut(live);
    }
    Unreadables unreadables = new Unreadables(session);
    List<Written> written = new ArrayList<>();
    try (DatasetExport export =
        DatasetExport.open(
            session, SqlOptions.limits(session), SqlOptions.scratchParent(), dataset, whole)) {
      for (Map.Entry<Partition, Path> entry : directories.entrySet()) {
        target.ensure(entry.getValue());
        Optional<DatasetExport.Exported> exported =
            export.write(entry.getKey(), selection, shape, entry.getValue(), unreadables::look);
        session.progress().clear();
        if (exported.isPresent()) {
          Map<Path, Long> sizes = new LinkedHashMap<>();
          for (Path file : exported.get().files()) {
            sizes.put(file, session.disk().stat(file).orElseThrow().sizeBytes());
          }
          written.add(new Written(entry.getKey(), sizes, exported.get().rows()));
        }
      }
    } catch (FileAlreadyExistsException e) {
      throw new UsageException(e.getFile() + " was made meanwhile by somebody else; it is theirs");
    }
    report(written, unreadables);
    return (unreadables.entries().isEmpty() ? ExitCode.DONE : ExitCode.UNREADABLE).code();
  }

  /**
   * @param files with their sizes
   */
  private record Written(Partition partition, Map<Path, Long> files, long rows) {
    long bytes() {
      return files.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  private void noteLeftOut(List<Live> live) {
    for (SchemaUnion.Column column : SchemaUnion.of(live).columns()) {
      for (SchemaUnion.Form form : column.forms()) {
        if (!form.queryable()) {
          session.note(
              "column \""
                  + column.name()
                  + "\" of type "
                  + form.type()
                  + " is left out: no file of these formats can hold it; \"firn query rows\" shows"
                  + " it");
        }
      }
    }
  }

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

  private List<Live> live(List<Partition> partitions) throws IOException {
    List<Live> live = new ArrayList<>();
    for (Partition candidate : partitions) {
      if (new PartitionInspector(session.disk()).inspect(candidate) instanceof Live readable) {
        live.add(readable);
      }
    }
    return live;
  }

  private List<Condition> conditions(List<Live> live) throws IOException {
    requireColumns(live);
    List<Condition> conditions = new ArrayList<>();
    if (where != null) {
      Condition condition = Condition.parse(where);
      requireBinds(condition, live);
      conditions.add(condition);
    }
    if (since != null && !live.isEmpty()) {
      Instant earliest = session.environment().clock().instant().minus(since);
      List<String> times = EventTime.columns(session, dataset);
      Set<String> found =
          live.stream()
              .flatMap(s -> EventTime.find(s.generation().metadata().schema(), times).stream())
              .map(time -> since(time, earliest))
              .collect(Collectors.toCollection(TreeSet::new));
      if (found.size() != 1) {
        throw new UsageException(
            "--since needs one column with the time of a row, the same in all partitions, of "
                + String.join(", ", times));
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
    for (SchemaUnion.Column column : SchemaUnion.of(live).columns()) {
      if (columns.contains(column.name())
          && column.forms().stream().noneMatch(f -> f.queryable())) {
        throw new UsageException(
            "column \""
                + column.name()
                + "\" is of type "
                + column.forms().get(0).type()
                + ", which no file of these formats can hold; \"firn query rows\" shows it");
      }
    }
    for (String column : live.isEmpty() ? List.<String>of() : columns) {
      if (!known.contains(column)) {
        throw new UsageException(
            "column "
                + Names.quoted(column)
                + " is not in "
                + dataset
                + Nearest.to(column, known)
                    .map(near -> "; did you mean \"" + near + "\"?")
                    .orElse("; there are " + String.join(", ", known)));
      }
    }
  }

  private void report(List<Written> written, Unreadables unreadables) throws IOException {
    if (!session.json()) {
      for (Written one : written) {
        Path first = one.files().keySet().iterator().next();
        session.print(
            (one.files().size() == 1
                    ? first.toString()
                    : first + " and " + (one.files().size() - 1) + " more")
                + ": "
                + Counted.of(one.rows(), "row")
                + ", "
                + ByteSize.format(one.bytes()));
      }
      return;
    }
    session.document(
        json -> {
          json.writeStringField("dataset", dataset);
          json.writeArrayFieldStart("files");
          for (Written one : written) {
            json.writeStartObject();
            json.writeStringField("partition", one.partition().path());
            json.writeStringField("file", one.files().keySet().iterator().next().toString());
            json.writeNumberField("rows", one.rows());
            json.writeNumberField("bytes", one.bytes());
            json.writeArrayFieldStart("parts");
            for (Map.Entry<Path, Long> file : one.files().entrySet()) {
              json.writeStartObject();
              json.writeStringField("file", file.getKey().toString());
              json.writeNumberField("bytes", file.getValue());
              json.writeEndObject();
            }
            json.writeEndArray();
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
