package dev.firn.maintenance.unchanged;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Layout;
import dev.firn.core.testing.Mutations;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerdictFileTest {
  private static final long SEED = Boolean.getBoolean("firn.soak") ? System.nanoTime() : 20261122;
  private static final Instant NOW = Instant.parse("2026-12-01T00:00:00Z");
  private static final String RULES = "MaintenanceConfig[targetFileBytes=1, \"quoted\"]";

  @TempDir Path root;
  private final Disk disk = new LocalDisk();
  private final Map<String, Verdict> verdicts = new TreeMap<>();
  private CacheDirectory cache;
  private Path file;

  @BeforeEach
  void write() throws Exception {
    cache = new CacheDirectory(disk, root);
    file = Files.createDirectory(root.resolve("maintenance")).resolve("unchanged.json");
    for (Layout layout : Layout.values()) {
      verdicts.put(
          "datasets/a/source=" + layout.text() + " \"ü\"",
          new Verdict(
              NOW,
              NOW.plusSeconds(layout.ordinal()),
              Long.MIN_VALUE + layout.ordinal(),
              layout,
              "table-7",
              "v3.metadata.json",
              Long.MAX_VALUE,
              2,
              3,
              "2 small files, threshold \"32\"\n"));
    }
    VerdictFile.replace(disk, cache, RULES, verdicts);
  }

  @Test
  void whatWasWrittenIsReadUnderTheSameRulesOnly() {
    assertThat(VerdictFile.read(disk, cache, RULES)).isEqualTo(verdicts);
    assertThat(VerdictFile.read(disk, cache, RULES + " ")).isEmpty();
  }

  @Test
  void aFileThatIsCutOrChangedAnywhereCountsAsNone() throws Exception {
    byte[] whole = Files.readAllBytes(file);
    for (int at = 0; at < whole.length; at += 3) {
      Files.write(file, Arrays.copyOf(whole, at));
      assertThat(VerdictFile.read(disk, cache, RULES)).as("cut at %d", at).isEmpty();
      byte[] flipped = whole.clone();
      flipped[at] ^= 4;
      Files.write(file, flipped);
      assertThat(VerdictFile.read(disk, cache, RULES)).as("flipped at %d", at).isEmpty();
    }
    Files.delete(file);
    assertThat(VerdictFile.read(disk, cache, RULES)).isEmpty();
  }

  @Test
  void noContentMakesReadingItFail() throws Exception {
    String text = Files.readString(file);
    byte[] line = text.substring(0, text.indexOf('\n')).getBytes(StandardCharsets.UTF_8);
    Mutations mutations = new Mutations(SEED, Mutations.JSON);
    for (int i = 0; i < Mutations.ROUNDS / 30; i++) {
      byte[] mutated = mutations.mutate(line);
      byte[] end = VerdictFile.end(mutated, mutated.length);
      byte[] content = Arrays.copyOf(mutated, mutated.length + end.length);
      System.arraycopy(end, 0, content, mutated.length, end.length);
      Files.write(file, content);
      assertThat(VerdictFile.read(disk, cache, RULES)).as("seed %d, round %d", SEED, i).isNotNull();
    }
  }

  @Test
  void aVerdictHoldsFromWhenItWasMadeUntilItEnds() {
    Verdict verdict =
        new Verdict(NOW, NOW.plusSeconds(60), 1, Layout.EPOCH, "epoch=1", "v1", 1, 1, 1, "why");
    assertThat(verdict.holdsAt(NOW)).isTrue();
    assertThat(verdict.holdsAt(NOW.plusSeconds(59))).isTrue();
    assertThat(verdict.holdsAt(NOW.plusSeconds(60))).isFalse();
    assertThat(verdict.holdsAt(NOW.minusNanos(1))).isFalse();
  }
}
