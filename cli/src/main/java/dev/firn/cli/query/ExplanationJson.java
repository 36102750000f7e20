package dev.firn.cli.query;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.explain.ColumnProfile;
import dev.firn.maintenance.explain.ColumnProfile.Repetition;
import java.io.IOException;

/** An explanation as a JSON object; what is not known is null. */
final class ExplanationJson {

  private ExplanationJson() {}

  static void write(JsonGenerator json, Explanation explanation, MaintenanceConfig config)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("dataset", explanation.partition().dataset());
    PassReportJson.writeKeys(json, explanation.partition());
    json.writeStringField("path", explanation.partition().path());
    json.writeStringField("generation", explanation.generation());
    json.writeBooleanField("due", explanation.due());
    json.writeStringField("reason", explanation.reason());
    json.writeObjectFieldStart("found");
    json.writeNumberField("dataFiles", explanation.dataFiles());
    json.writeNumberField("bytes", explanation.bytes());
    json.writeNumberField("smallFiles", explanation.smallFiles());
    json.writeNumberField("averageSmallFileBytes", explanation.averageSmallFileBytes());
    json.writeNumberField("baselineFiles", explanation.baselineFiles());
    json.writeNumberField("filesWithDeletes", explanation.filesWithDeletes());
    json.writeEndObject();
    json.writeObjectFieldStart("thresholds");
    json.writeNumberField("smallUnderBytes", explanation.smallUnderBytes());
    json.writeNumberField("compactFileCount", config.compactFileCount());
    json.writeNumberField("compactAvgFileBytes", config.compactAvgFileBytes());
    json.writeEndObject();
    json.writeObjectFieldStart("expected");
    json.writeNumberField("filesToRewrite", explanation.filesToRewrite());
    json.writeNumberField("bytesToRead", explanation.bytesToRewrite());
    json.writeNullField("bytesWritten");
    json.writeEndObject();
    json.writeArrayFieldStart("columns");
    for (ColumnProfile column : explanation.columns()) {
      writeColumn(json, column, explanation.columnBytes());
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeColumn(JsonGenerator json, ColumnProfile column, long all)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("name", column.column());
    json.writeNumberField("bytes", column.bytes());
    json.writeNumberField("share", all == 0 ? 0 : (double) column.bytes() / all);
    json.writeNumberField("values", column.values());
    if (column.repetition().isPresent()) {
      Repetition repetition = column.repetition().get();
      json.writeObjectFieldStart("repetition");
      json.writeNumberField("valuesPerDistinct", repetition.valuesPerDistinct());
      json.writeNumberField("values", repetition.values());
      json.writeNumberField("distinct", repetition.distinct());
      json.writeNumberField("files", repetition.files());
      json.writeNumberField("ofFiles", repetition.ofFiles());
      json.writeEndObject();
    } else {
      json.writeNullField("repetition");
    }
    json.writeEndObject();
  }
}
