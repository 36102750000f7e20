package dev.firn.cli.daemon.ingest;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.firn.core.append.Receipt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of the exchanges of one request, in their order. Either all were acknowledged, or
 * those before the one that failed were and those after it were not tried.
 */
final class AppendResult {
  private static final int OK = 200;
  private static final int ACCEPTED = 202;

  private final List<Receipt> receipts = new ArrayList<>();
  private int status = OK;
  private @Nullable String error;
  private @Nullable String code;
  private @Nullable Long line;
  private @Nullable Long column;
  private @Nullable String value;
  private int exchanges;

  void expect(int count) {
    exchanges = count;
  }

  void acknowledged(Receipt receipt) {
    receipts.add(receipt);
    if (receipt.held()) {
      status = ACCEPTED;
    }
  }

  /** The rest did not go in. */
  void failed(int failedStatus, String errorCode, String message) {
    status = failedStatus;
    code = errorCode;
    error = message;
  }

  void malformed(BadBodyException problem) {
    failed(400, "malformed", String.valueOf(problem.getMessage()));
    line = problem.line() == 0 ? null : problem.line();
    column = problem.column() == 0 ? null : problem.column();
    value = problem.value();
  }

  void at(long failedLine) {
    line = failedLine;
  }

  int status() {
    return status;
  }

  boolean isAcknowledged() {
    return error == null;
  }

  List<Receipt> receipts() {
    return receipts;
  }

  void write(JsonGenerator json) throws IOException {
    if (error != null) {
      json.writeNumberField("status", status);
      json.writeStringField("error", error);
      json.writeStringField("reason", code);
      if (line != null) {
        json.writeNumberField("line", line);
      }
      if (column != null) {
        json.writeNumberField("column", column);
      }
      if (value != null) {
        json.writeStringField("value", value);
      }
      json.writeNumberField("exchangesSent", exchanges);
    }
    json.writeNumberField("exchanges", receipts.size());
    json.writeNumberField("rows", receipts.stream().mapToLong(Receipt::rows).sum());
    json.writeNumberField(
        "rescuedValues", receipts.stream().mapToLong(Receipt::rescuedValues).sum());
    json.writeNumberField("held", receipts.stream().filter(Receipt::held).count());
    json.writeArrayFieldStart("receipts");
    for (Receipt receipt : receipts) {
      json.writeStartObject();
      json.writeStringField("id", receipt.exchangeId());
      json.writeStringField("partition", receipt.partition());
      json.writeNumberField("rows", receipt.rows());
      json.writeStringField("where", receipt.where());
      json.writeBooleanField("held", receipt.held());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
