package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRun.Result;
import dev.firn.core.testing.Listing;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DropTest {
  @TempDir Path home;
  private Path root;

  @BeforeEach
  void unpack() throws IOException {
    root = FieldCaches.unpack("source-table-fresh", home);
  }

  private Result run(String... words) {
    return new CommandRun(home).maintaining().query(root, words);
  }

  @Test
  void whatWouldGoIsSaidFirstAndNothingIsDoneWithoutApply() throws IOException {
    Map<String, String> before = Listing.of(root);

    Result result = run("drop", "otel_events");

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out())
        .contains("datasets/otel_events/source=claude: ", "Nothing was changed; --apply removes ");
    assertThat(Listing.of(root)).isEqualTo(before);
  }

  @Test
  void datasetIsGoneAndItsArchiveGoesOnRequestAlone() throws IOException {
    Files.writeString(
        root.resolve("firn.json"),
        """
        {"query": {"cache": {"retention": {"datasets": {
          "otel_events": {"days": 30, "archive": "archive/otel"}}}}}}
        """);
    Path archive = Files.createDirectories(root.resolve("archive/otel/otel_events"));
    Files.writeString(archive.resolve("x.parquet"), "x");

    Result result = run("drop", "otel_events", "--apply", "--json");

    assertThat(result.code()).as(result.out() + result.err()).isZero();
    assertThat(result.json().get("outcome").asText()).isEqualTo("dropped");
    assertThat(result.json().get("archives").get(0).asText()).isEqualTo("archive/otel/otel_events");
    assertThat(root.resolve("datasets/otel_events")).doesNotExist();
    assertThat(archive.resolve("x.parquet")).exists();
    assertThat(run("drop", "otel_events").code()).isEqualTo(2);
    assertThat(run("verify").code()).isZero();

    Result both = run("drop", "ai_gateway_messages", "--apply", "--archives");
    assertThat(both.out()).contains("Removed ai_gateway_messages: ");
  }

  @Test
  void journalIsNoDatasetToDrop() {
    run("maintain", "--force");

    Result result = run("drop", "firn_maintenance", "--apply");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("says what maintenance did");
  }
}
