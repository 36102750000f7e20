package dev.firn.core.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.Partition;
import dev.firn.core.testing.Listing;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Call;
import dev.firn.core.testing.RecordingDisk.Killed;
import dev.firn.core.testing.RecordingDisk.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GenerationOperationsTest {
  @TempDir Path root;
  private Partition partition;

  @BeforeEach
  void makeOneVersionWithRows() throws IOException {
    partition = TestGenerations.partition(root);
    Generation generation =
        TestGenerations.create(partition, "table-7", TestGenerations.SCHEMA, "2");
    TestGenerations.append(generation.table(), "1.parquet", TestGenerations.rows(0, 3));
  }

  @Test
  void ofTwoWritersOneLosesAndMayTryAgain() throws IOException {
    Generation first = load();
    Generation second = load();
    TestGenerations.append(first.table(), "2.parquet", TestGenerations.rows(3, 5));
    assertThatThrownBy(
            () -> TestGenerations.append(second.table(), "3.parquet", TestGenerations.rows(5, 6)))
        .isInstanceOf(CommitFailedException.class)
        .hasMessageContaining("version 3 exists");
    assertThat(load().liveFiles()).hasSize(2);
    TestGenerations.append(load().table(), "4.parquet", TestGenerations.rows(6, 7));
    assertThat(load().liveFiles()).hasSize(3);
    assertThat(load().metadataFile()).isEqualTo("v4.metadata.json");
  }

  @Test
  void aBaseThatIsNotCurrentIsAFailedCommit() throws IOException {
    TableOperations operations = operations(load());
    TableMetadata base = operations.current();
    operations.commit(base, changed(base, "1"));
    assertThatThrownBy(() -> operations.commit(base, changed(base, "2")))
        .isInstanceOf(CommitFailedException.class);
    assertThat(load().metadata().properties()).containsEntry("x", "1");
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"CREATE", "WRITE", "SYNC", "LINK", "DELETE", "SYNC_DIRECTORY", "RENAME"})
  void anyOtherErrorIsAnUnknownStateAndNothingIsRemoved(Kind failing) throws IOException {
    RecordingDisk disk = new RecordingDisk();
    TableOperations operations = operations(load(disk));
    disk.failWith(
        call -> {
          if (call.kind() == failing) {
            throw new IOException("Input/output error");
          }
        });
    TableMetadata base = operations.current();
    assertThatThrownBy(() -> operations.commit(base, changed(base, "1")))
        .isInstanceOf(CommitStateUnknownException.class);
    boolean named = Files.exists(metadata().resolve("v3.metadata.json"));
    assertThat(load().metadata().properties().containsKey("x")).isEqualTo(named);
    assertThat(load().liveFiles()).hasSize(1);
  }

  @Test
  void everythingACommitNamesIsDurableBeforeTheCommitIs() throws IOException {
    RecordingDisk disk = new RecordingDisk();
    Generation generation = load(disk);
    TestGenerations.append(generation.table(), "2.parquet", TestGenerations.rows(3, 5));
    List<Call> calls = disk.calls();
    int commit = calls.indexOf(new Call(Kind.LINK, metadata().resolve("v3.metadata.json")));
    assertThat(commit).isPositive();
    List<Path> created =
        calls.stream()
            .filter(call -> call.kind() == Kind.CREATE)
            .map(Call::path)
            .filter(path -> !path.getFileName().toString().contains("version-hint"))
            .toList();
    assertThat(created).hasSize(4); // data file, manifest, list, temporary metadata
    for (Path path : created) {
      assertThat(calls.indexOf(new Call(Kind.SYNC, path)))
          .as("%s is synced before the link", path)
          .isBetween(0, commit);
      assertThat(calls.subList(calls.indexOf(new Call(Kind.SYNC, path)), calls.size()))
          .as("and not written afterwards")
          .noneMatch(call -> call.equals(new Call(Kind.WRITE, path)));
    }
    int hint = calls.indexOf(new Call(Kind.RENAME, metadata().resolve("version-hint.text")));
    assertThat(calls.subList(commit, hint)).contains(new Call(Kind.SYNC_DIRECTORY, metadata()));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aCommitKilledAfterAnyStepLeavesTheOldVersionOrTheNew(boolean powerLoss) throws IOException {
    DataFile file = TestGenerations.write(load().table(), "2.parquet", TestGenerations.rows(3, 5));
    Map<String, String> start = Listing.of(partition.directory());
    int olds = 0;
    int news = 0;
    boolean finished = false;
    for (long kill = 0; !finished; kill++) {
      assertThat(Listing.of(partition.directory()).keySet()).isEqualTo(start.keySet());
      RecordingDisk disk = new RecordingDisk();
      Generation generation = load(disk);
      if (powerLoss) {
        disk.rememberForPowerLoss(Files.createDirectory(root.resolve("side-" + kill)));
      }
      disk.killAfter(kill);
      try {
        generation
            .table()
            .newFastAppend()
            .scanManifestsWith(SameThread.EXECUTOR)
            .writeManifestsWith(SameThread.EXECUTOR, 1)
            .appendFile(file)
            .commit();
        finished = true;
      } catch (Killed e) {
        // as it should
      } catch (RuntimeException e) {
        if (!isKilled(e)) {
          fail("killed after " + kill, e);
        }
      }
      if (powerLoss) {
        disk.losePower();
      }
      Generation after = load();
      if (after.metadataFile().equals("v2.metadata.json")) {
        assertThat(finished).as("lost after it returned").isFalse();
        assertThat(after.liveFiles()).as("killed after %d", kill).hasSize(1);
        olds++;
      } else {
        assertThat(after.metadataFile()).isEqualTo("v3.metadata.json");
        assertThat(after.liveFiles()).as("killed after %d", kill).hasSize(2);
        news++;
      }
      clear(start);
    }
    assertThat(olds).isGreaterThan(5);
    assertThat(news).isGreaterThan(2);
  }

  @Test
  void icebergsCleanUpRemovesNothing() throws IOException {
    Generation generation = load();
    Map<String, String> before = Listing.of(partition.directory());
    generation.io().deleteFile(generation.table().location() + "/data/1.parquet");
    generation.io().deleteFile("/etc/hostname");
    assertThat(Listing.of(partition.directory())).isEqualTo(before);
  }

  @Test
  void aLinkInsideDataIsNeitherReadNorWrittenThrough() throws IOException {
    Path elsewhere = Files.createDirectory(root.resolve("elsewhere"));
    Path data = partition.generation(TestGenerations.name("table-7")).resolve("data");
    Files.createSymbolicLink(data.resolve("day=1"), elsewhere);
    Files.copy(data.resolve("1.parquet"), elsewhere.resolve("1.parquet"));
    Generation generation = load();
    String location = generation.table().location() + "/data/day=1/";
    assertThatThrownBy(() -> generation.io().newInputFile(location + "1.parquet"))
        .hasRootCauseInstanceOf(Corrupt.class)
        .hasMessageContaining("symbolic link");
    assertThatThrownBy(() -> generation.io().newOutputFile(location + "2.parquet").create())
        .hasRootCauseInstanceOf(Corrupt.class);
    Files.createSymbolicLink(data.resolve("3.parquet"), elsewhere.resolve("1.parquet"));
    assertThatThrownBy(
            () -> generation.io().newInputFile(generation.table().location() + "/data/3.parquet"))
        .hasRootCauseInstanceOf(Corrupt.class);
    assertThat(elsewhere.resolve("2.parquet")).doesNotExist();
  }

  private static boolean isKilled(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof Killed) {
        return true;
      }
    }
    return false;
  }

  /** Back to what was there at the start. */
  private void clear(Map<String, String> start) throws IOException {
    for (String path : Listing.of(partition.directory()).keySet()) {
      if (!start.containsKey(path)) {
        Files.delete(partition.directory().resolve(path));
      }
    }
    Files.writeString(metadata().resolve("version-hint.text"), "2");
  }

  private static TableMetadata changed(TableMetadata base, String value) {
    return TableMetadata.buildFrom(base).setProperties(Map.of("x", value)).build();
  }

  private static TableOperations operations(Generation generation) {
    return ((BaseTable) generation.table()).operations();
  }

  private Path metadata() {
    return partition.generation(TestGenerations.name("table-7")).resolve("metadata");
  }

  private Generation load() throws IOException {
    return Generation.load(
        new LocalDisk(), metadata().getParent(), TestGenerations.name("table-7"));
  }

  private Generation load(RecordingDisk disk) throws IOException {
    return Generation.load(disk, metadata().getParent(), TestGenerations.name("table-7"));
  }
}
