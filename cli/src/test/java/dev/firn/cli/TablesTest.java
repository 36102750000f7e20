package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.cli.CommandRun.Result;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import dev.firn.testdata.FieldCaches;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@VerifiedAtTheEnd
class TablesTest {
  @TempDir Path home;

  @Test
  void everyLiveTableIsNamedWithItsCurrentMetadata() throws Exception {
    Path root = FieldCaches.unpack("source-table-compacted", home);
    CommandRun run = new CommandRun(home).maintaining().with("FIRN_ROOT", root.toString());

    JsonNode tables = run.run("query", "tables", "otel_events", "--json").json().get("tables");

    assertThat(tables).isNotEmpty();
    for (JsonNode table : tables) {
      assertThat(table.get("dataset").asText()).isEqualTo("otel_events");
      assertThat(table.get("partition").get("source").asText()).isNotEmpty();
      assertThat(Path.of(table.get("location").asText())).isDirectory();
      assertThat(Path.of(table.get("metadata").asText())).isRegularFile();
      assertThat(table.get("formatVersion").asInt()).isEqualTo(3);
      assertThat(table.get("unpublishedFiles").asInt()).isZero();
    }
    Result shown = run.run("query", "tables");
    assertThat(shown.out()).contains("METADATA").contains(".metadata.json");
    assertThat(shown.err())
        .contains("otel_events/source=codex records another place: file:///home/dev/hyp-caches/");
    assertThat(run.run("query", "maintain", "--force").code()).isZero();
    assertThat(run.run("query", "tables").err()).isEmpty();
    assertThat(run.run("query", "tables", "nope").code()).isEqualTo(2);
  }

  @Test
  void aTableThatCannotBeReadIsNamedAndLeftOut() throws Exception {
    Path root = FieldCaches.unpack("corrupt-cursor", home);

    Result result =
        new CommandRun(home).with("FIRN_ROOT", root.toString()).run("query", "tables", "--json");

    assertThat(result.code()).isEqualTo(3);
    assertThat(result.json().get("unreadable")).hasSize(2);
  }

  @Test
  void anEmptyCacheHasNoTables() {
    Result result = new CommandRun(home).run("query", "tables", "--json");

    assertThat(result.code()).isZero();
    assertThat(result.json().get("tables")).isEmpty();
  }
}
