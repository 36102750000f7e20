package dev.firn.core.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.firn.core.disk.LocalDisk;
import dev.firn.core.testing.Listing;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheDirectoryTest {
  @TempDir Path directory;
  private Path root;

  @BeforeEach
  void makeRoot() throws IOException {
    root = Files.createDirectory(directory.resolve("root"));
  }

  @Test
  void emptyOrAbsentRootHoldsNothing() throws IOException {
    assertThat(cache(root).datasets()).isEmpty();
    assertThat(cache(root).partitions()).isEmpty();
    assertThat(cache(root.resolve("absent")).datasets()).isEmpty();
    assertThat(cache(root).partitions("absent")).isEmpty();
    assertThat(cache(root).foreignSpools("absent")).isEmpty();
    Files.createFile(root.resolve("datasets"));
    assertThat(cache(root).datasets()).isEmpty();
    assertThat(cache(root).partitions("x")).isEmpty();
  }

  @Test
  void partitionsOfBothLayoutsAreFoundInFieldCaches() throws IOException {
    Path epochs = FieldCaches.unpack("epoch-legacy", directory);
    assertThat(cache(epochs).partitions())
        .extracting(Partition::path)
        .containsExactly(
            "datasets/ai_gateway_messages/client=claude/date=2026-08-01",
            "datasets/ai_gateway_messages/client=codex/date=2026-08-02");
    Partition partition = cache(epochs).partitions().get(0);
    assertThat(List.copyOf(partition.keys().entrySet()))
        .containsExactly(Map.entry("client", "claude"), Map.entry("date", "2026-08-01"));
    assertThat(partition.cursorFile()).isRegularFile();

    Path tables = FieldCaches.unpack("source-table-compacted", directory);
    assertThat(cache(tables).datasets()).containsExactly("ai_gateway_messages", "otel_events");
    assertThat(cache(tables).partitions()).hasSize(4);
    assertThat(cache(tables).partitions("otel_events"))
        .extracting(Partition::path)
        .containsExactly("datasets/otel_events/source=claude", "datasets/otel_events/source=codex");
  }

  @Test
  void aPartitionIsWhatHoldsACursorOrAGeneration() throws IOException {
    make("d/source=cursor/cursor.json/"); // whatever it is, something stands there
    make("d/source=table/table/");
    make("d/source=numbered/table-7/");
    make("d/source=epoch/epoch=0/");
    make("d/source=building/.building-table-7-0f8fad5b-d9cb-469f-a165-70867728950e/");
    make("d/source=lookalike/table-07/");
    make("d/source=backup/table-7.bak/");
    make("d/source=file/table"); // a file with the name of a generation
    make("d/source=empty/");
    make("d/source=nested/date=1/hour=2/table/");
    make("d/source=both/table/");
    make("d/source=both/date=1/epoch=3/");
    make("d/table/");
    make("d/key=file");

    assertThat(cache(root).partitions())
        .extracting(Partition::path)
        .containsExactly(
            "datasets/d",
            "datasets/d/source=both",
            "datasets/d/source=both/date=1",
            "datasets/d/source=cursor",
            "datasets/d/source=epoch",
            "datasets/d/source=nested/date=1/hour=2",
            "datasets/d/source=numbered",
            "datasets/d/source=table");
  }

  @Test
  void generationsAreNeverSearchedForPartitions() throws IOException {
    make("d/source=a/epoch=3/x=1/table/");
    make("d/source=a/table/data/day=1/table/");
    make("d/source=b/epoch=03/table/"); // no generation, and no key either
    assertThat(cache(root).partitions())
        .extracting(Partition::path)
        .containsExactly("datasets/d/source=a");
  }

  @Test
  void namesThatAreNoDataAreIgnored() throws IOException {
    make("_hidden/source=a/table/");
    make(".hidden/source=a/table/");
    make("a=b/source=a/table/");
    make("file");
    make("good/source=a/table/");
    make("good/_spool/table/");
    make("good/.x=1/table/");
    make("good/_x=1/table/");
    make("good/=1/table/");
    make("good/x=/table/");
    assertThat(cache(root).datasets()).containsExactly("good");
    assertThat(cache(root).partitions())
        .extracting(Partition::path)
        .containsExactly("datasets/good/source=a");
  }

  @Test
  void symbolicLinksAreNotFollowedAtAnyLevel() throws IOException {
    Path elsewhere = Files.createDirectories(directory.resolve("elsewhere"));
    Files.createDirectories(elsewhere.resolve("source=a/table"));
    Files.createDirectories(elsewhere.resolve("proxy/_hypaware_spool"));
    make("real/source=real/table/");
    Files.createSymbolicLink(root.resolve("datasets/linked"), elsewhere);
    Files.createSymbolicLink(
        root.resolve("datasets/real/source=linked"), elsewhere.resolve("source=a"));
    Files.createDirectories(root.resolve("datasets/real/source=b"));
    Files.createSymbolicLink(
        root.resolve("datasets/real/source=b/table"), elsewhere.resolve("source=a/table"));
    Files.createSymbolicLink(root.resolve("datasets/real/proxy"), elsewhere.resolve("proxy"));

    RecordingDisk disk = new RecordingDisk();
    CacheDirectory cache = new CacheDirectory(disk, root);
    assertThat(cache.datasets()).containsExactly("real");
    assertThat(cache.partitions())
        .extracting(Partition::path)
        .containsExactly("datasets/real/source=real");
    assertThat(cache.partitions("linked")).isEmpty();
    assertThat(cache.foreignSpools("linked")).isEmpty();
    assertThat(cache.foreignSpools("real")).isEmpty();
    assertThat(disk.calls()).noneMatch(call -> !call.path().startsWith(root));
    assertThat(disk.changes()).isEmpty();
  }

  @Test
  void datasetsThatIsASymbolicLinkIsNotFollowed() throws IOException {
    Path elsewhere = directory.resolve("elsewhere");
    Files.createDirectories(elsewhere.resolve("d/source=a/table"));
    Files.createDirectories(elsewhere.resolve("d/proxy/_hypaware_spool"));
    Files.createSymbolicLink(root.resolve("datasets"), elsewhere);

    assertThat(cache(root).datasets()).isEmpty();
    assertThat(cache(root).partitions("d")).isEmpty();
    assertThat(cache(root).foreignSpools("d")).isEmpty();
  }

  @Test
  void datasetNamesNeverLeadOutOfTheRoot() throws IOException {
    Files.createDirectories(directory.resolve("outside/source=a/table"));
    make("d/");
    for (String name : List.of("../../outside", "..", ".", "", "/", "d/../../../outside", "d\0")) {
      assertThatIllegalArgumentException().isThrownBy(() -> cache(root).partitions(name));
      assertThatIllegalArgumentException().isThrownBy(() -> cache(root).foreignSpools(name));
    }
  }

  @Test
  void spoolsOfTheFieldAreFoundAndAreNoPartitions() throws IOException {
    Path pending = FieldCaches.unpack("spool-pending", directory);
    Map<String, String> before = Listing.of(pending);
    assertThat(cache(pending).foreignSpools("ai_gateway_messages"))
        .containsExactly(
            pending.resolve("datasets/ai_gateway_messages/proxy_messages_v5/_hypaware_spool"));
    assertThat(cache(pending).partitions())
        .extracting(Partition::path)
        .containsExactly(
            "datasets/ai_gateway_messages/source=claude",
            "datasets/ai_gateway_messages/source=codex");
    assertThat(Listing.of(pending)).isEqualTo(before);
  }

  @Test
  void aRootGivenInAnyFormIsTheSameRoot() throws IOException {
    make("d/source=a/table/");
    Path odd = root.resolve("datasets/../../root/.");
    assertThat(cache(odd).root()).isEqualTo(root);
    Partition partition = cache(odd).partitions().get(0);
    assertThat(cache(odd).relative(partition.directory())).isEqualTo(partition.path());
    assertThat(cache(odd).maintenance()).isEqualTo(root.resolve("maintenance"));
  }

  private static CacheDirectory cache(Path root) {
    return new CacheDirectory(new LocalDisk(), root);
  }

  /** Makes a directory, or a file if the path does not end in a slash, below datasets. */
  private void make(String path) throws IOException {
    Path target = root.resolve("datasets").resolve(path);
    if (path.endsWith("/")) {
      Files.createDirectories(target);
    } else {
      Files.createDirectories(target.getParent());
      Files.createFile(target);
    }
  }
}
