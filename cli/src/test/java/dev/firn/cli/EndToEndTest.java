package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.cli.CommandRun.Result;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@VerifiedAtTheEnd
class EndToEndTest {
  @TempDir Path home;

  @Test
  void maintainKeepsEveryRowAndStatusTellsOfIt() throws IOException {
    Path root = FieldCaches.unpack("source-table-fresh", home);
    CommandRun run = new CommandRun(home).maintaining().with("FIRN_ROOT", root.toString());
    List<String> before = sortedRows(run);

    Result pass = run.run("query", "maintain", "--json");

    assertThat(pass.code()).as(pass.err()).isZero();
    JsonNode totals = pass.json().get("totals");
    assertThat(totals.get("compacted").asInt()).isEqualTo(2);
    assertThat(totals.get("skipped").asInt()).isEqualTo(2);
    assertThat(totals.get("rowsDropped").asInt()).isZero();
    assertThat(sortedRows(run)).isEqualTo(before);

    JsonNode status = run.run("query", "status", "--json").json();
    assertThat(status.get("totals").get("rows").asInt()).isEqualTo(296);
    assertThat(status.get("totals").get("retiredBytes").asLong()).isPositive();
    assertThat(status.get("partitions"))
        .anySatisfy(p -> assertThat(p.toString()).contains("\"outcome\":\"compacted\""));
    assertThat(run.run("query", "maintain").out()).contains("5 skipped").contains("kept");
  }

  private static List<String> sortedRows(CommandRun run) {
    return Stream.of("ai_gateway_messages", "otel_events")
        .flatMap(dataset -> run.run("query", "rows", dataset, "--with-partition").lines().stream())
        .sorted()
        .toList();
  }
}
