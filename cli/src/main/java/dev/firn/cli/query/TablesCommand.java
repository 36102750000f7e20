package dev.firn.cli.query;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.firn.cli.session.Session;
import dev.firn.cli.text.TextTable;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.partition.PartitionState.Unreadable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints where the Iceberg tables are, for other engines. */
@Command(
    name = "tables",
    header = "Print the Iceberg table of each partition, for other engines.",
    description = {
      "",
      "The directory of the live generation and its current metadata file, from which Spark, Trino,"
          + " Flink, PyIceberg and DuckDB open it. What landed and is not published yet is not in it;"
          + " nor what is held.",
      "A compaction makes another generation: ask again for each job. The one before stays for its"
          + " grace."
    },
    synopsisHeading = "%nUsage: ",
    parameterListHeading = "%n",
    optionListHeading = "%nOptions:%n")
public final class TablesCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "DATASET", arity = "0..*", description = "Only these.")
  List<String> datasets = List.of();

  public TablesCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    List<String> wanted = session.requireDatasets(datasets);
    PartitionInspector inspector = new PartitionInspector(session.disk());
    Unreadables unreadables = new Unreadables(session);
    List<Live> live = new ArrayList<>();
    for (Partition partition :
        session.rootExists() ? session.cache().partitions() : List.<Partition>of()) {
      if (wanted.isEmpty() || wanted.contains(partition.dataset())) {
        PartitionState state = inspector.inspect(partition);
        if (state instanceof Live readable) {
          live.add(readable);
        } else if (state instanceof Unreadable unreadable) {
          unreadables.add(unreadable);
        }
      }
    }
    if (session.json()) {
      session.document(json -> writeJson(json, live, unreadables));
    } else {
      TextTable table = new TextTable("PARTITION", "FORMAT", ">UNPUBLISHED", "METADATA");
      for (Live state : live) {
        table.add(
            state.partition().path(),
            "v" + state.generation().metadata().formatVersion(),
            String.valueOf(state.generation().unpublished().size()),
            metadataFile(state));
      }
      for (String line : table.lines()) {
        session.print(line);
      }
      for (Live state : live) {
        String recorded = state.generation().metadata().location();
        if (!Path.of(recorded.replaceFirst("^file:/*", "/"))
            .equals(state.generation().directory())) {
          session.note(
              state.partition().path()
                  + " records another place: "
                  + recorded
                  + "; engines follow it, \"firn query maintain --force\" writes the table anew for this"
                  + " one");
        }
      }
    }
    return unreadables.exitCode().code();
  }

  private static String metadataFile(Live state) {
    return state
        .generation()
        .paths()
        .metadata()
        .resolve(state.generation().metadataFile())
        .toString();
  }

  private static void writeJson(JsonGenerator json, List<Live> live, Unreadables unreadables)
      throws IOException {
    json.writeArrayFieldStart("tables");
    for (Live state : live) {
      json.writeStartObject();
      json.writeStringField("dataset", state.partition().dataset());
      json.writeObjectFieldStart("partition");
      for (Map.Entry<String, String> key : state.partition().keys().entrySet()) {
        json.writeStringField(key.getKey(), key.getValue());
      }
      json.writeEndObject();
      json.writeStringField("path", state.partition().path());
      json.writeStringField("location", state.generation().directory().toString());
      json.writeStringField("metadata", metadataFile(state));
      json.writeNumberField("formatVersion", state.generation().metadata().formatVersion());
      json.writeStringField("recordedLocation", state.generation().metadata().location());
      json.writeNumberField("unpublishedFiles", state.generation().unpublished().size());
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
  }
}
