package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.cli.CommandRun.Result;
import dev.firn.maintenance.verify.DamagesCaches;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import dev.firn.testdata.FieldCaches;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@VerifiedAtTheEnd
class BackupTest {
  @TempDir Path home;

  private Result run(Path root, String... arguments) {
    return new CommandRun(home).maintaining().with("FIRN_ROOT", root.toString()).run(arguments);
  }

  @Test
  void aBackupSaysWhatIsInItAndIsReadLikeTheCache() throws Exception {
    Path root = FieldCaches.unpack("source-table-compacted", home);
    Path target = home.resolve("backup");

    Result result = run(root, "backup", "--to", target.toString());

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .contains("Backed up 4 partitions with ")
        .contains(" linked, ")
        .contains("Complete up to 2026-08-03T12:00:00Z; verified, no damage.");
    for (String command : new String[] {"query rows otel_events", "query schema otel_events"}) {
      assertThat(run(target, command.split(" ")).out())
          .isNotEmpty()
          .isEqualTo(run(root, command.split(" ")).out());
    }
    assertThat(run(target, "query", "status").out())
        .startsWith(
            "This is a backup of 2026-08-03T12:00:00Z: what was appended to the original later is"
                + " not in it.\nIf it is the cache that you use now, remove "
                + target
                + "/backup.json, which says so.\n");
    assertThat(run(root, "query", "status").out()).doesNotContain("backup");
    assertThat(run(target, "query", "maintain", "--force").code()).isZero();
    assertThat(run(target, "query", "verify", "--full").code()).isZero();

    Files.delete(target.resolve("backup.json"));
    assertThat(run(target, "query", "status").out()).doesNotContain("backup");
    assertThat(run(target, "query", "verify", "--full").code()).isZero();
  }

  @Test
  @DamagesCaches
  void theDocumentHoldsEveryPartition() throws Exception {
    Path root = FieldCaches.unpack("corrupt-cursor", home);
    Path target = home.resolve("backup");

    Result result = run(root, "backup", "--to", target.toString(), "--copy", "--full", "--json");

    assertThat(result.code()).isEqualTo(3);
    JsonNode document = result.json();
    assertThat(document.path("target").asText()).isEqualTo(target.toString());
    assertThat(document.path("full").asBoolean()).isTrue();
    assertThat(document.path("totals").path("unreadable").asInt()).isEqualTo(2);
    assertThat(document.path("totals").path("linkedFiles").asInt()).isZero();
    assertThat(document.path("partitions").findValuesAsText("state"))
        .contains("live", "unreadable");
    assertThat(target.resolve("backup.json")).exists();
  }

  @Test
  void whatIsThereIsNotOverwritten() throws Exception {
    Path root = FieldCaches.unpack("source-table-fresh", home);
    Path target = Files.createDirectory(home.resolve("backup"));
    Files.writeString(target.resolve("mine"), "x");

    Result taken = run(root, "backup", "--to", target.toString());
    Result inside = run(root, "backup", "--to", root.resolve("backup").toString());
    Result none = run(home.resolve("none"), "backup", "--to", home.resolve("new").toString());
    Result nowhere = run(root, "backup");

    assertThat(taken.code()).isEqualTo(2);
    assertThat(taken.err()).contains(target + " is not empty: it holds mine; name a new directory");
    assertThat(inside.code()).isEqualTo(2);
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("there is no cache at");
    assertThat(nowhere.code()).isEqualTo(2);
    assertThat(target).isDirectoryContaining("glob:**/mine");
    assertThat(home.resolve("new")).doesNotExist();
  }
}
