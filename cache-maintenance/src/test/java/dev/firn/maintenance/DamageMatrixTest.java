package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.testing.CacheRows;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.swap.Trees;
import dev.firn.maintenance.verify.Verifies;
import dev.firn.maintenance.verify.VerifyReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every kind of file times every kind of damage. Each is detected by a check, or harmless: every
 * row reads as before, and passes conserve them. And whatever the damage, passes throw nothing that
 * has no type, lose no row that can be read, and remove nothing of a partition that is in doubt.
 */
class DamageMatrixTest {
  private static final boolean SOAK = Boolean.getBoolean("firn.soak");
  private static final int FLIPS = SOAK ? 100 : 2;
  private static final int BLOCK_BYTES = 512;

  /** Nothing but a held exchange's own file says that it was there, and so for receipts. */
  private static final String BLIND = "(held exchange|receipts), deleted";

  /** Says what a damaged file is to say anyway; kept, or the level would be forgotten. */
  private static final Logger ICEBERG = Logger.getLogger("org.apache.iceberg");

  @TempDir Path directory;
  private final Disk disk = new LocalDisk();
  private final Map<String, Path> caches = new LinkedHashMap<>();
  private final Map<String, Map<String, List<String>>> rowsOf = new LinkedHashMap<>();
  private final Map<String, Map<String, List<String>>> rowsAfterPassOf = new LinkedHashMap<>();
  private int copies;

  /** What a check made of a damage. */
  private enum Detection {
    QUICK,
    FULL,
    HARMLESS,
    /** Nothing on the disk tells: {@link #BLIND} says where. */
    UNSEEN,
    SILENT
  }

  private interface Damage {
    byte[] apply(byte[] whole, Random random);
  }

  private record Target(String kind, String cache, String file) {}

  @BeforeEach
  void makeCaches() throws IOException {
    ICEBERG.setLevel(Level.OFF);
    caches.put("appended", DamageCaches.appended(directory));
    caches.put("vectors", DamageCaches.withVectors(directory));
    caches.put("positions", DamageCaches.withPositionDeletes(directory));
    for (Map.Entry<String, Path> cache : caches.entrySet()) {
      assertThat(Verifies.trouble(Verifies.full(disk, cache.getValue()))).isEmpty();
      rowsOf.put(cache.getKey(), CacheRows.read(disk, cache.getValue()));
      Path maintained = DamageCaches.copy(cache.getValue(), directory.resolve("maintained"));
      maintain(maintained, "no damage");
      rowsAfterPassOf.put(cache.getKey(), CacheRows.read(disk, maintained));
      Trees.remove(disk, maintained);
    }
  }

  private List<Target> targets() throws IOException {
    List<Target> targets = new ArrayList<>();
    add(targets, "cursor", "appended", p -> p.endsWith("/cursor.json"));
    add(targets, "metadata", "appended", p -> p.matches(".*/table-1/.*[.]metadata[.]json"));
    add(targets, "version hint", "appended", p -> p.endsWith("table-1/metadata/version-hint.text"));
    add(targets, "manifest list", "appended", p -> p.matches(".*/table-1/.*/snap-.*[.]avro"));
    add(targets, "manifest", "appended", p -> p.matches(".*/table-1/.*-m[0-9]+[.]avro"));
    add(targets, "compacted file", "appended", p -> p.matches(".*/table-1/data/[^0-9].*parquet"));
    add(targets, "published file", "appended", p -> p.matches(".*/table-1/data/1-.*parquet"));
    add(targets, "landed file", "appended", p -> p.matches(".*/table-1/data/3-.*parquet"));
    add(targets, "retired marker", "appended", p -> p.endsWith("/table/.retired"));
    add(targets, "receipts", "appended", p -> p.endsWith("/table-1/receipts-0.json"));
    add(targets, "lock file", "appended", p -> p.endsWith("/.commit.lock"));
    if (SOAK) {
      add(targets, "lease file", "appended", p -> p.endsWith("/.maintain.lock"));
      add(targets, "statistics", "appended", p -> p.endsWith(".stats"));
    }
    add(targets, "held exchange", "appended", p -> p.startsWith("held/") && p.endsWith(".json"));
    add(targets, "deletion vector", "vectors", p -> p.endsWith(".puffin"));
    add(targets, "delete manifest", "vectors", p -> p.matches(".*-m[0-9]+[.]avro"));
    add(targets, "position deletes", "positions", p -> p.endsWith("/deletes.parquet"));
    return targets;
  }

  /** The newest file that matches: one that is in use. */
  private void add(List<Target> targets, String kind, String cache, Predicate<String> wanted)
      throws IOException {
    Path root = caches.get(cache);
    try (Stream<Path> paths = Files.walk(root)) {
      String file =
          paths
              .filter(Files::isRegularFile)
              .map(path -> root.relativize(path).toString())
              .filter(wanted)
              .max(java.util.Comparator.comparing(name -> modified(root.resolve(name)) + name))
              .orElseThrow(() -> new AssertionError(kind));
      targets.add(new Target(kind, cache, file));
    }
  }

  private static String modified(Path file) {
    try {
      return Files.getLastModifiedTime(file).toInstant().toString();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Map<String, Damage> damages() {
    Map<String, Damage> damages = new LinkedHashMap<>();
    damages.put("deleted", (whole, random) -> null);
    damages.put("empty", (whole, random) -> new byte[0]);
    damages.put("half", (whole, random) -> Arrays.copyOf(whole, whole.length / 2));
    damages.put("zeroed", DamageMatrixTest::zeroed);
    damages.put("garbage", DamageMatrixTest::appended);
    for (int i = 1; i <= FLIPS; i++) {
      damages.put("flip " + i, DamageMatrixTest::flipped);
    }
    return damages;
  }

  private static byte[] zeroed(byte[] whole, Random random) {
    byte[] bytes = whole.clone();
    int from = bytes.length <= BLOCK_BYTES ? 0 : random.nextInt(bytes.length - BLOCK_BYTES);
    Arrays.fill(bytes, from, Math.min(bytes.length, from + BLOCK_BYTES), (byte) 0);
    return bytes;
  }

  private static byte[] appended(byte[] whole, Random random) {
    byte[] bytes = Arrays.copyOf(whole, whole.length + 64);
    for (int i = whole.length; i < bytes.length; i++) {
      bytes[i] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  private static byte[] flipped(byte[] whole, Random random) {
    byte[] bytes = whole.clone();
    if (bytes.length > 0) {
      int bit = random.nextInt(bytes.length * 8);
      bytes[bit / 8] ^= (byte) (1 << (bit % 8));
    }
    return bytes;
  }

  @Test
  void noDamageIsSilentAndNoneMakesAPassLoseARow() throws IOException {
    Map<String, Damage> damages = damages();
    Map<String, Map<String, String>> table = new LinkedHashMap<>();
    List<String> failures = new ArrayList<>();
    for (Target target : targets()) {
      Map<String, String> row = new LinkedHashMap<>();
      table.put(target.kind(), row);
      for (Map.Entry<String, Damage> damage : damages.entrySet()) {
        String cell = target.kind() + ", " + damage.getKey();
        Random random = new Random(cell.hashCode());
        try {
          Detection detection = detect(target, damage.getValue(), random, cell);
          row.merge(
              damage.getKey().replaceAll(" .*", ""),
              detection.name().toLowerCase(Locale.ROOT),
              (a, b) -> a.contains(b) ? a : a + "+" + b);
          if (detection == Detection.SILENT) {
            failures.add(cell + ": silent");
          }
        } catch (AssertionError | IOException | RuntimeException e) {
          failures.add(cell + ": " + e);
        }
      }
    }
    print(table);
    Map<String, String> receipts = new LinkedHashMap<>(table.get("receipts"));
    receipts.remove("deleted");
    assertThat(receipts.values()).as("receipts, though they change no row").containsOnly("quick");
    assertThat(failures).as(String.join("\n", failures)).isEmpty();
  }

  private Detection detect(Target target, Damage damage, Random random, String cell)
      throws IOException {
    Path original = caches.get(target.cache());
    Path root = DamageCaches.copy(original, directory.resolve("copy" + copies++));
    Path file = root.resolve(target.file());
    byte[] whole = Files.readAllBytes(file);
    byte[] bytes = damage.apply(whole, random);
    if (bytes == null) {
      Files.delete(file);
    } else {
      Files.write(file, bytes);
    }
    VerifyReport quick = Verifies.quick(disk, root);
    Detection detection = detection(root, quick);
    // A pass takes longest: where the damage is known, it runs on some kinds, and in a soak on all.
    if (!SOAK && detection != Detection.SILENT && !cell.matches(".*, (half|flip 1)")) {
      Trees.remove(disk, root);
      return detection;
    }
    boolean same = rows(root).equals(Optional.of(rowsOf.get(target.cache())));
    maintain(root, cell);
    same &= rows(root).equals(Optional.of(rowsAfterPassOf.get(target.cache())));
    Trees.remove(disk, root);
    if (detection != Detection.SILENT || !same) {
      return detection == Detection.SILENT && cell.matches(BLIND) ? Detection.UNSEEN : detection;
    }
    return Detection.HARMLESS;
  }

  private Detection detection(Path root, VerifyReport quick) throws IOException {
    if (!Verifies.trouble(quick).isEmpty()) {
      return Detection.QUICK;
    }
    VerifyReport full = Verifies.full(disk, root);
    return Verifies.trouble(full).isEmpty() ? Detection.SILENT : Detection.FULL;
  }

  /** A forced pass when the superseded generation's grace is over. */
  private void maintain(Path root, String cell) throws IOException {
    List<String> before = readable(root);
    Map<String, Long> files = files(root);
    Passes passes = new Passes(disk, root);
    passes.advance(Duration.ofDays(3));

    PassReport report = passes.forced();

    PartitionReport partition = report.partitions().get(0);
    assertThat(partition.reason()).as(cell).isNotEmpty().doesNotContain("internal error");
    assertThat(report.diskRefused()).as(cell).isFalse();
    assertThat(readable(root)).as(cell + ": rows").containsAll(before);
    Map<String, Long> after = files(root);
    if (partition.outcome() == Outcome.UNREADABLE) {
      assertThat(after).as(cell + ": files").containsAllEntriesOf(files);
    } else if (partition.outcome() != Outcome.COMPACTED) {
      files.keySet().removeIf(file -> file.contains("/table/"));
      assertThat(after.keySet()).as(cell + ": files").containsAll(files.keySet());
    }
  }

  private static Map<String, Long> files(Path root) throws IOException {
    Map<String, Long> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(root.resolve("datasets"))) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        files.put(root.relativize(path).toString(), Files.size(path));
      }
    }
    return files;
  }

  private Optional<Map<String, List<String>>> rows(Path root) {
    try {
      return Optional.of(CacheRows.read(disk, root));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** All rows if they can be read; none if not: then the files are counted. */
  private List<String> readable(Path root) {
    return rows(root)
        .map(rows -> rows.values().stream().flatMap(List::stream).toList())
        .orElse(List.of());
  }

  private static void print(Map<String, Map<String, String>> table) {
    List<String> columns = List.of("deleted", "empty", "half", "zeroed", "garbage", "flip");
    StringBuilder text = new StringBuilder("%-18s".formatted("damage"));
    columns.forEach(column -> text.append("%-18s".formatted(column)));
    table.forEach(
        (kind, cells) -> {
          text.append("\n%-18s".formatted(kind));
          columns.forEach(c -> text.append("%-18s".formatted(cells.getOrDefault(c, "-"))));
        });
    System.out.println(text);
  }
}
