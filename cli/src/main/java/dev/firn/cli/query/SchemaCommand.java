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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.iceberg.TableMetadata;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints the columns of a dataset: the union over its partitions, by name. */
@Command(
    name = "schema",
    header = "Print columns and types.",
    description = {
      "",
      "The columns of all partitions together. Where a column's type differs from one partition to"
          + " another, every type is printed with its partitions."
    },
    synopsisHeading = "%nUsage: ",
    parameterListHeading = "%n",
    optionListHeading = "%nOptions:%n")
public final class SchemaCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "DATASET", description = "Whose columns.")
  String dataset = "";

  @Option(
      names = "--partition",
      paramLabel = "KEY=VALUE[/...]",
      description = "Only partitions with these values.")
  @Nullable String partition;

  public SchemaCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    PartitionInspector inspector = new PartitionInspector(session.disk());
    Unreadables unreadables = new Unreadables(session);
    List<Live> live = new ArrayList<>();
    for (Partition candidate : PartitionFilter.find(session, dataset, partition)) {
      PartitionState state = inspector.inspect(candidate);
      if (state instanceof Live readable) {
        live.add(readable);
      } else if (state instanceof Unreadable unreadable) {
        unreadables.add(unreadable);
      }
    }
    SchemaUnion union = SchemaUnion.of(live);
    if (session.json()) {
      session.document(json -> writeJson(json, union, live, unreadables));
    } else {
      printText(union, live);
    }
    return unreadables.exitCode().code();
  }

  private void printText(SchemaUnion union, List<Live> live) throws IOException {
    TextTable table = new TextTable("COLUMN", "TYPE", "REQUIRED");
    for (SchemaUnion.Column column : union.columns()) {
      boolean differs = column.forms().size() > 1;
      for (SchemaUnion.Form form : column.forms()) {
        table.add(
            column.name(),
            form.type() + (differs ? "  in " + String.join(", ", form.partitions()) : ""),
            form.required() ? "required" : "optional");
      }
    }
    for (String line : table.lines()) {
      session.print(line);
    }
    for (Live state : live) {
      TableMetadata metadata = state.generation().metadata();
      if (metadata.spec().isPartitioned()) {
        session.print("");
        session.print(state.partition().path() + " is partitioned by " + TableOrder.spec(metadata));
      }
      if (metadata.sortOrder().isSorted()) {
        session.print("");
        session.print(state.partition().path() + " is sorted by " + TableOrder.sort(metadata));
      }
    }
  }

  private void writeJson(
      JsonGenerator json, SchemaUnion union, List<Live> live, Unreadables unreadables)
      throws IOException {
    json.writeStringField("dataset", dataset);
    json.writeArrayFieldStart("columns");
    for (SchemaUnion.Column column : union.columns()) {
      writeColumn(json, column);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("partitions");
    for (Live state : live) {
      TableMetadata metadata = state.generation().metadata();
      json.writeStartObject();
      json.writeStringField("path", state.partition().path());
      json.writeStringField("generation", state.generation().name().format());
      json.writeNumberField("formatVersion", metadata.formatVersion());
      json.writeStringField(
          "partitionSpec", metadata.spec().isPartitioned() ? TableOrder.spec(metadata) : null);
      json.writeStringField(
          "sortOrder", metadata.sortOrder().isSorted() ? TableOrder.sort(metadata) : null);
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

  private static void writeColumn(JsonGenerator json, SchemaUnion.Column column)
      throws IOException {
    boolean differs = column.forms().size() > 1;
    json.writeStartObject();
    json.writeStringField("name", column.name());
    json.writeStringField("type", differs ? null : column.forms().get(0).type());
    json.writeBooleanField(
        "required", column.forms().stream().allMatch(SchemaUnion.Form::required));
    json.writeArrayFieldStart("differs");
    for (SchemaUnion.Form form : differs ? column.forms() : List.<SchemaUnion.Form>of()) {
      json.writeStartObject();
      json.writeStringField("type", form.type());
      json.writeBooleanField("required", form.required());
      json.writeArrayFieldStart("partitions");
      for (String path : form.partitions()) {
        json.writeString(path);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
