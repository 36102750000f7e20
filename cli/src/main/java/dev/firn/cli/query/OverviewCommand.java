package dev.firn.cli.query;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.firn.cli.session.Session;
import dev.firn.cli.sql.DatasetOverview;
import dev.firn.cli.sql.DatasetOverview.Share;
import dev.firn.cli.text.ByteSize;
import dev.firn.cli.text.Counted;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints what a person wants to see first. */
@Command(
    name = "overview",
    header = "Print what is in the cache: rows, bytes, times, sources, growth, fat columns.",
    description = {
      "",
      "Growth is that of the last seven days before the latest row. The time of rows is the dataset's"
          + " timestamp_column in the configuration, else the first of timestamp, created_at,"
          + " recorded_at and date that is a timestamp or a date, else another that is one.",
      "A partition that cannot be read is named on stderr and left out, and the exit code is 3."
    },
    synopsisHeading = "%nUsage: ",
    parameterListHeading = "%n",
    optionListHeading = "%nOptions:%n")
public final class OverviewCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "DATASET", arity = "0..*", description = "Only these.")
  List<String> datasets = List.of();

  public OverviewCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    List<String> wanted = session.requireDatasets(datasets);
    if (wanted.isEmpty() && session.rootExists()) {
      wanted = session.cache().datasets();
    }
    Unreadables unreadables = new Unreadables(session);
    List<DatasetOverview> found = new ArrayList<>();
    for (String dataset : wanted) {
      found.add(
          DatasetOverview.of(
              session,
              SqlOptions.limits(session),
              SqlOptions.scratchParent(),
              dataset,
              EventTime.columns(session, dataset),
              unreadables::look));
    }
    if (session.json()) {
      session.document(json -> writeJson(json, found, unreadables));
    } else if (found.isEmpty()) {
      session.print(session.nothingYet());
    } else {
      for (DatasetOverview dataset : found) {
        printText(dataset);
      }
    }
    return unreadables.exitCode().code();
  }

  private void printText(DatasetOverview dataset) throws IOException {
    session.print(
        dataset.dataset()
            + ": "
            + Counted.of(dataset.rows(), "row")
            + ", "
            + ByteSize.format(dataset.bytes())
            + " in "
            + Counted.of(dataset.files(), "file"));
    if (dataset.from().isPresent() && dataset.to().isPresent()) {
      session.print(
          "  from "
              + dataset.from().get()
              + " to "
              + dataset.to().get()
              + " (column "
              + dataset.timeColumn().orElse("")
              + ")");
    }
    if (dataset.rowsADay().isPresent()) {
      session.print(
          "  grows by "
              + Counted.of(Math.round(dataset.rowsADay().get()), "row")
              + " a day"
              + dataset.bytesADay().map(b -> ", " + ByteSize.format(b)).orElse(""));
    }
    if (!dataset.partitions().isEmpty()) {
      long others = dataset.partitionCount() - dataset.partitions().size();
      session.print(
          "  most rows: "
              + shown(dataset.partitions(), dataset.rows(), Counted::number)
              + (others == 0 ? "" : ", and " + Counted.of(others, "partition") + " more"));
    }
    if (!dataset.columns().isEmpty()) {
      session.print("  most bytes: " + shown(dataset.columns(), dataset.bytes(), ByteSize::format));
    }
  }

  private static String shown(List<Share> shares, long whole, LongFunction<String> amount) {
    return shares.stream()
        .map(
            share ->
                share.name()
                    + " "
                    + amount.apply(share.amount())
                    + (whole == 0 ? "" : " (" + Math.round(100.0 * share.amount() / whole) + " %)"))
        .collect(Collectors.joining(", "));
  }

  private static void writeJson(
      JsonGenerator json, List<DatasetOverview> found, Unreadables unreadables) throws IOException {
    json.writeArrayFieldStart("datasets");
    for (DatasetOverview dataset : found) {
      json.writeStartObject();
      json.writeStringField("dataset", dataset.dataset());
      json.writeNumberField("rows", dataset.rows());
      json.writeNumberField("files", dataset.files());
      json.writeNumberField("bytes", dataset.bytes());
      json.writeStringField("timeColumn", dataset.timeColumn().orElse(null));
      json.writeStringField("from", dataset.from().orElse(null));
      json.writeStringField("to", dataset.to().orElse(null));
      json.writeObjectFieldStart("aDay");
      writeNumber(json, "rows", dataset.rowsADay().map(Math::round));
      writeNumber(json, "bytes", dataset.bytesADay());
      json.writeEndObject();
      json.writeNumberField("partitionCount", dataset.partitionCount());
      writeShares(json, "partitions", "rows", dataset.partitions());
      writeShares(json, "columns", "bytes", dataset.columns());
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

  private static void writeNumber(JsonGenerator json, String name, Optional<Long> number)
      throws IOException {
    if (number.isPresent()) {
      json.writeNumberField(name, number.get());
    } else {
      json.writeNullField(name);
    }
  }

  private static void writeShares(
      JsonGenerator json, String name, String amount, List<Share> shares) throws IOException {
    json.writeArrayFieldStart(name);
    for (Share share : shares) {
      json.writeStartObject();
      json.writeStringField("name", share.name());
      json.writeNumberField(amount, share.amount());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
