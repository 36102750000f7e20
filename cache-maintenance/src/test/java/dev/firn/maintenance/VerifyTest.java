package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.testing.Listing;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Kind;
import dev.firn.maintenance.swap.Trees;
import dev.firn.maintenance.verify.Finding;
import dev.firn.maintenance.verify.Severity;
import dev.firn.maintenance.verify.VerifiedPartition;
import dev.firn.maintenance.verify.VerifiedPartition.State;
import dev.firn.maintenance.verify.Verifies;
import dev.firn.maintenance.verify.VerifyReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the quick check says of a cache with three generations' worth of history: {@code table}
 * superseded by {@code table-1}, which was made from two exchanges and has one published and one
 * landed since.
 */
class VerifyTest {
  private static final String PARTITION = Appends.PARTITION;

  @TempDir Path directory;
  private final RecordingDisk disk = new RecordingDisk();
  private Path root;
  private Path partition;

  @BeforeEach
  void makeCache() throws IOException {
    root = directory.resolve("cache");
    partition = root.resolve(PARTITION);
    try (Cache cache = Appends.open(root)) {
      append(cache, "one", 3);
      append(cache, "two", 2);
    }
    new Passes(new LocalDisk(), root).forced();
    try (Cache cache = Appends.open(root)) {
      append(cache, "three", 2);
    }
    append(Appends.open(root), "four", 4); // never closed: it stays unpublished
  }

  private static void append(Cache cache, String id, int rows) throws IOException {
    try {
      Appends.writer(cache).append(Appends.exchange(id, rows));
    } catch (dev.firn.core.rows.NotAnExchangeException e) {
      throw new AssertionError(e);
    }
  }

  private VerifyReport verify() throws IOException {
    return Verifies.quick(disk, root);
  }

  private Finding trouble(VerifyReport report, String path, String found) {
    List<Finding> matching =
        Verifies.findings(report).stream()
            .filter(f -> f.severity() != Severity.NOTE)
            .filter(f -> f.path().equals(path) && f.found().contains(found))
            .toList();
    assertThat(matching).as(Verifies.trouble(report).toString()).isNotEmpty();
    Finding finding = matching.get(0);
    assertThat(finding.consequence()).isNotEmpty();
    assertThat(finding.expected()).isNotEmpty();
    assertThat(finding.advice()).isNotEmpty();
    return finding;
  }

  private Path newestMetadata(String generation) throws IOException {
    try (Stream<Path> files = Files.list(partition.resolve(generation + "/metadata"))) {
      return files
          .filter(file -> file.toString().endsWith(".metadata.json"))
          .max(java.util.Comparator.comparing(VerifyTest::version))
          .orElseThrow();
    }
  }

  private static int version(Path metadata) {
    return Integer.parseInt(metadata.getFileName().toString().replaceAll("[^0-9]", ""));
  }

  private void edit(Path file, UnaryOperator<String> change) throws IOException {
    String text = Files.readString(file);
    String changed = change.apply(text);
    assertThat(changed).isNotEqualTo(text);
    Files.writeString(file, changed);
  }

  private String below(Path path) {
    return root.relativize(path).toString();
  }

  @Test
  void soundCacheHasNotesOnlyAndIsLeftAsItIs() throws IOException {
    Map<String, String> before = Listing.of(root);

    VerifyReport report = verify();

    VerifiedPartition found = report.partitions().get(0);
    assertThat(Verifies.trouble(report)).isEmpty();
    assertThat(found.state()).isEqualTo(State.LIVE);
    assertThat(found.generation()).contains("table-1");
    assertThat(found.generations()).isEqualTo(2);
    assertThat(found.rows()).isEqualTo(11);
    assertThat(found.files()).isEqualTo(3);
    assertThat(found.findings()).extracting(Finding::path).containsExactly(PARTITION + "/table");
    assertThat(disk.changes()).isEmpty();
    assertThat(Listing.of(root)).isEqualTo(before);
  }

  @Test
  void markerOnTheLiveGenerationIsAConflict() throws IOException {
    Files.writeString(partition.resolve("table-1/.retired"), "2026-12-01T00:00:00Z");

    VerifyReport report = verify();

    assertThat(report.partitions().get(0).state()).isEqualTo(State.UNREADABLE);
    trouble(report, PARTITION + "/cursor.json", "names table-1, which carries .retired");
  }

  @Test
  void markerThatIsMissingOrGarbledOnThePreviousGenerationIsNamed() throws IOException {
    Path marker = partition.resolve("table/.retired");
    Files.delete(marker);
    Finding missing = trouble(verify(), below(marker), "not marked yet");
    assertThat(missing.severity()).isEqualTo(Severity.WARNING);
    assertThat(missing.consequence()).contains("grace does not run");

    Files.writeString(marker, "yesterday");
    trouble(verify(), below(marker), "unreadable or older than the swap");
  }

  @Test
  void generationThatNobodyNamesAndThatWasNeverRetiredIsInDoubt() throws IOException {
    Path other = partition.resolve("table-9/metadata");
    Files.createDirectories(other);
    Files.copy(newestMetadata("table"), other.resolve("v1.metadata.json"));
    edit(other.resolve("v1.metadata.json"), t -> t.replace("/table/", "/table-9/"));

    trouble(verify(), PARTITION + "/table-9", "may have been live");
  }

  @Test
  void retiredGenerationThatWentOnIsInDoubtBeforeItsGraceIsOver() throws IOException {
    Path metadata = newestMetadata("table");
    Files.copy(metadata, metadata.resolveSibling("v99.metadata.json"));

    trouble(verify(), PARTITION + "/table", "after it was superseded");
  }

  @Test
  void versionHintMayBeLostOrOldButNotWrong() throws IOException {
    Path hint = partition.resolve("table-1/metadata/version-hint.text");
    int newest = version(newestMetadata("table-1"));
    Files.writeString(hint, newest - 1 + "");
    VerifyReport between = verify();
    assertThat(Verifies.trouble(between)).isEmpty();
    assertThat(Verifies.findings(between)).extracting(Finding::path).doesNotContain(below(hint));

    try (Cache cache = Appends.open(root)) {
      append(cache, "five", 1);
    }
    Files.writeString(hint, newest - 1 + "");
    VerifyReport old = verify();
    assertThat(Verifies.trouble(old)).isEmpty();
    assertThat(Verifies.findings(old)).extracting(Finding::path).contains(below(hint));

    newest++;
    Files.delete(hint);
    VerifyReport lost = verify();
    assertThat(Verifies.trouble(lost)).isEmpty();
    assertThat(Verifies.findings(lost)).extracting(Finding::path).contains(below(hint));

    Files.writeString(hint, newest + 1 + "");
    assertThat(trouble(verify(), below(hint), newest + 1 + "").severity())
        .isEqualTo(Severity.WARNING);
  }

  @Test
  void dataFileBehindASymbolicLinkIsNotFollowed() throws IOException {
    Path file;
    try (Stream<Path> files = Files.list(partition.resolve("table-1/data"))) {
      file = files.filter(f -> f.toString().contains("-")).sorted().findFirst().orElseThrow();
    }
    Path outside = directory.resolve("outside.parquet");
    Files.move(file, outside);
    Files.createSymbolicLink(file, outside);

    VerifyReport report = verify();

    assertThat(Verifies.trouble(report)).anyMatch(line -> line.contains("symbolic link"));
    assertThat(disk.calls())
        .noneMatch(call -> call.kind() == Kind.OPEN && call.path().equals(file));
  }

  @Test
  void loweredPublishedNumberMeansRowsReadTwiceAndIsDamage() throws IOException {
    Path metadata = newestMetadata("table-1");
    edit(metadata, t -> t.replaceAll("\"firn.published\":\"[0-9]+\"", "\"firn.published\":\"0\""));

    assertThat(Verifies.trouble(verify())).anyMatch(line -> line.contains("data/1-"));
  }

  @Test
  void raisedPublishedNumberHidesLandedRowsAndIsNamed() throws IOException {
    Path metadata = newestMetadata("table-1");
    edit(metadata, t -> t.replaceAll("\"firn.published\":\"[0-9]+\"", "\"firn.published\":\"9\""));

    VerifyReport report = verify();

    assertThat(report.partitions().get(0).rows()).isEqualTo(7);
    assertThat(Verifies.trouble(report))
        .singleElement()
        .asString()
        .contains("1 landed file that none names");
  }

  @Test
  void countsOfTheSnapshotMustBeThoseOfItsManifests() throws IOException {
    Path metadata = newestMetadata("table-1");
    edit(metadata, t -> t.replace("\"total-records\":\"7\"", "\"total-records\":\"8\""));

    Finding finding = trouble(verify(), below(metadata), "7 in its manifests");
    assertThat(finding.expected()).startsWith("8 rows");
    assertThat(finding.severity()).isEqualTo(Severity.DAMAGE);
  }

  @Test
  void columnWhoseNameHasChangedContradictsTheVersionBeforeAndTheManifests() throws IOException {
    Path metadata = newestMetadata("table-1");
    edit(metadata, t -> t.replace("\"name\":\"text\"", "\"name\":\"tuxt\""));

    assertThat(Verifies.trouble(verify()))
        .anyMatch(line -> line.contains(below(metadata)) && line.contains("tuxt"))
        .anyMatch(line -> line.contains("-m0.avro: another"));
  }

  private Path dataFile(String generation, String start) throws IOException {
    try (Stream<Path> files = Files.list(partition.resolve(generation + "/data"))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(start))
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void damageInAKeptSnapshotThatIsNotTheCurrentOneAffectsNoLiveRow() throws IOException {
    String location =
        Appends.live(disk, root).generation().metadata().snapshots().get(0).manifestListLocation();
    Path list =
        partition.resolve("table-1/metadata" + location.substring(location.lastIndexOf('/')));
    Files.delete(list);

    VerifyReport report = verify();

    Finding finding = trouble(report, below(list), "nothing");
    assertThat(finding.severity()).isEqualTo(Severity.DAMAGE);
    assertThat(finding.consequence()).startsWith("no live row is affected; snapshot ");
    assertThat(finding.rows()).hasValue(0);
    assertThat(report.partitions().get(0).state()).isEqualTo(State.LIVE);
    assertThat(report.partitions().get(0).rows()).isEqualTo(11);
  }

  @Test
  void damageInASupersededGenerationIsAWarning() throws IOException {
    Path file = dataFile("table", "1-");
    Files.write(file, new byte[100]);

    VerifyReport report = verify();

    assertThat(report.count(Severity.DAMAGE)).isZero();
    assertThat(trouble(report, below(file), "100 bytes").consequence())
        .startsWith("no live row is affected; in table, which is superseded: ");
  }

  @Test
  void damageInTheLiveGenerationNamesTheOneThatMayStillHoldItsRows() throws IOException {
    Path file = dataFile("table-1", "rewritten-");
    Files.delete(file);

    VerifyReport report = verify();

    Finding finding = trouble(report, below(file), "nothing");
    assertThat(finding.consequence()).isEqualTo("5 rows cannot be read");
    assertThat(finding.rows()).hasValue(5);
    assertThat(Verifies.findings(report))
        .anyMatch(
            note ->
                note.path().equals(PARTITION + "/table")
                    && note.consequence().contains("copy it before its grace is over"));
  }

  @Test
  void landedFileThatIsMissingBeforeALaterOneIsNamed() throws IOException {
    append(Appends.open(root), "five", 1);
    assertThat(Verifies.trouble(verify())).isEmpty();
    Files.delete(dataFile("table-1", "2-"));

    Finding finding = trouble(verify(), PARTITION + "/table-1/data", "one with number 3");
    assertThat(finding.expected()).isEqualTo("a landed file with number 2");
  }

  @Test
  void proofThatDoesNotAddUpIsDamage() throws IOException {
    for (Path metadata : List.of(newestMetadata("table-1"))) {
      edit(metadata, t -> t.replaceAll("(rows-in\":\")[0-9]+", "$16"));
      Finding finding = trouble(verify(), below(metadata), "6 in, 5 out, dropped: none");
      assertThat(finding.severity()).isEqualTo(Severity.DAMAGE);
    }
  }

  @Test
  void heldExchangesAreReadWhereverTheirPartitionIs() throws IOException {
    Path held = root.resolve("held/datasets/other/source=x");
    Files.createDirectories(held);
    String document =
        "{\"id\":\"a\",\"partition\":\"datasets/other/source=x\",\"rows\":[{\"k\":1},{\"k\":2}]}";
    Files.writeString(held.resolve("0000000000000001-a.json"), document);
    VerifyReport sound = verify();
    assertThat(Verifies.trouble(sound)).isEmpty();
    VerifiedPartition absent = sound.partitions().get(1);
    assertThat(absent.state()).isEqualTo(State.ABSENT);
    assertThat(absent.findings().get(0).found()).isEqualTo("1 exchange with 2 rows is held");

    Path torn = held.resolve("0000000000000002-b.json");
    Files.writeString(torn, document.substring(0, 60));
    Finding finding = trouble(verify(), below(torn), "");
    assertThat(finding.consequence()).contains("acknowledged");
  }

  @Test
  void lockFilesAreRegularFilesAndNeverOpened() throws IOException {
    assertThat(Verifies.trouble(verify())).isEmpty();
    assertThat(disk.calls())
        .noneMatch(c -> c.path().toString().endsWith(".lock") && c.kind() != Kind.STAT);

    Path lock = partition.resolve(".commit.lock");
    Files.delete(lock);
    assertThat(Verifies.trouble(verify())).isEmpty();
    Files.createDirectory(lock);
    trouble(verify(), below(lock), "a directory");
    Path create = root.resolve(".create.lock");
    Files.deleteIfExists(create);
    Files.createSymbolicLink(create, directory);
    trouble(verify(), ".create.lock", "a symbolic link");
  }

  @Test
  void strangersAndLitterAreNotes() throws IOException {
    Files.writeString(partition.resolve("mine.txt"), "mine");
    Files.createDirectory(partition.resolve("table-7.bak"));
    Files.createDirectory(partition.resolve(".building-table-3-" + UUID.randomUUID()));
    Files.createDirectory(partition.resolve(".removing-table-2-" + UUID.randomUUID()));
    Files.writeString(partition.resolve(".tmp-cursor.json-x"), "{");
    Files.writeString(partition.resolve("table-1/data/.tmp-5-x"), "PAR1");
    Files.writeString(partition.resolve("table-1/data/foreign.parquet"), "PAR1");

    VerifyReport report = verify();

    assertThat(Verifies.trouble(report)).isEmpty();
    assertThat(report.partitions().get(0).count(Severity.NOTE)).isEqualTo(8);
  }

  @Test
  void diskThatRefusesToReadIsToldFromDamageAndStopsNothing() throws IOException {
    disk.failWith(
        call -> {
          if (call.kind() == Kind.OPEN && call.path().toString().contains("/data/1-")) {
            throw new IOException("Input/output error");
          }
        });

    VerifyReport report = verify();

    assertThat(report.diskRefused()).isTrue();
    assertThat(Verifies.trouble(report)).anyMatch(line -> line.endsWith("Input/output error"));
    disk.failWith(call -> {});
    assertThat(verify().diskRefused()).isFalse();
  }

  @Test
  void generationThatIsSupersededAndRemovedWhileItIsCheckedIsNoDamage() throws IOException {
    boolean[] done = {false};
    disk.failWith(
        call -> {
          if (call.kind() == Kind.OPEN
              && call.path().toString().contains("table-1/data/")
              && !done[0]) {
            done[0] = true;
            new Passes(new LocalDisk(), root).forced();
            Trees.remove(new LocalDisk(), partition.resolve("table-1"));
          }
        });

    VerifyReport report = Verifies.full(disk, root);

    assertThat(done[0]).isTrue();
    assertThat(Verifies.trouble(report)).isEmpty();
    assertThat(report.partitions().get(0).generation()).contains("table-2");
    assertThat(report.partitions().get(0).rows()).isEqualTo(11);
  }
}
