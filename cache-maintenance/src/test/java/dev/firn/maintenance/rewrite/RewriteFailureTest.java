package dev.firn.maintenance.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.InputFile;
import org.junit.jupiter.api.Test;

/** Damaged inputs, failing outputs, and outputs that are not what was read: each its own type. */
final class RewriteFailureTest {
  private static final Schema SCHEMA = NestedTable.SCHEMA;
  private static final byte[] SOUND = Rewrites.write(SCHEMA, NestedTable.rows(1, 200));

  @Test
  void aFlippedBitInAnyColumnIsFoundByThePageChecksum() {
    for (ColumnChunkMetaData chunk : Rewrites.footer(SOUND).getBlocks().get(0).getColumns()) {
      byte[] damaged = SOUND.clone();
      damaged[(int) (chunk.getStartingPos() + chunk.getTotalSize()) - 1] ^= 0x10;
      assertUnreadable(damaged, 200, "Column " + chunk.getPath().toDotString());
    }
  }

  @Test
  void aFlippedBitAnywhereIsFoundOrHarmless() throws IOException {
    long seed = 17;
    Random random = new Random(seed);
    List<Object> rows = Rewrites.read(SCHEMA, SOUND);
    int found = 0;
    for (int i = 0; i < 400; i++) {
      byte[] damaged = SOUND.clone();
      int at = random.nextInt(damaged.length);
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      try {
        Rewrites rewrites = Rewrites.rewrite(SCHEMA, input(damaged, 200));
        assertThat(rewrites.rows()).as("seed %d, byte %d", seed, at).isEqualTo(rows);
      } catch (UnreadableInputException e) {
        assertThat(e.input()).isEqualTo("the-input");
        found++;
      } catch (UnsupportedRewriteException e) {
        // The footer has no checksum: a bit of it can turn one schema into another.
        found++;
      }
    }
    assertThat(found).isGreaterThan(250);
  }

  @Test
  void aFileCutAnywhereIsUnreadable() {
    for (int length : new int[] {0, 3, 4, 12, 1000, SOUND.length / 2, SOUND.length - 1}) {
      assertUnreadable(Arrays.copyOf(SOUND, length), 200, "the-input");
    }
  }

  @Test
  void aPageFullOfZeroesIsUnreadable() {
    ColumnChunkMetaData chunk = Rewrites.footer(SOUND).getBlocks().get(0).getColumns().get(5);
    byte[] damaged = SOUND.clone();
    int start = (int) chunk.getStartingPos();
    Arrays.fill(damaged, start, start + (int) chunk.getTotalSize(), (byte) 0);
    assertUnreadable(damaged, 200, "the-input");
  }

  @Test
  void anotherRowCountThanTheTableSaysIsUnreadable() {
    assertUnreadable(SOUND, 199, "Footer says 200 rows, the table says 199");
    assertUnreadable(SOUND, 201, "Footer says 200 rows, the table says 201");
  }

  @Test
  void aDamagedInputAmongSoundOnesIsNamed() {
    byte[] damaged = SOUND.clone();
    ColumnChunkMetaData chunk = Rewrites.footer(SOUND).getBlocks().get(0).getColumns().get(3);
    damaged[(int) (chunk.getStartingPos() + chunk.getTotalSize()) - 1] ^= 1;
    List<MemoryFile> outputs = new ArrayList<>();
    Throwable failure =
        catchThrowable(
            () ->
                new FileRewriter(new RewriteLimits(1 << 20, 50, 150, 1, true))
                    .rewrite(
                        SCHEMA,
                        MetricsConfig.getDefault(),
                        List.of(
                            Rewrites.input("sound-1", SOUND),
                            new RewriteInput("bad", new MemoryFile(damaged), RowMask.none(), 200),
                            Rewrites.input("sound-2", SOUND)),
                        () -> {
                          MemoryFile file = MemoryFile.empty();
                          outputs.add(file);
                          return new RewriteOutput("out", file, file);
                        }));
    assertThat(failure)
        .isInstanceOfSatisfying(
            UnreadableInputException.class, e -> assertThat(e.input()).isEqualTo("bad"));
    assertThat(outputs).hasSize(2).allMatch(file -> file.open() == 0);
  }

  @Test
  void aFailureToWriteIsNotBlamedOnAnInput() {
    for (long bytes : new long[] {0, 4, 500, 20_000, SOUND.length / 2}) {
      MemoryFile full = MemoryFile.empty().failingAfter(bytes);
      assertThatThrownBy(() -> rewriteTo(new RewriteOutput("out", full, full)))
          .isExactlyInstanceOf(IOException.class)
          .hasMessage("No space left on device");
      assertThat(full.open()).isZero();
    }
  }

  @Test
  void aFactoryThatFailsIsNotBlamedOnAnInput() {
    assertThatThrownBy(
            () ->
                new FileRewriter(Rewrites.LIMITS)
                    .rewrite(
                        SCHEMA,
                        MetricsConfig.getDefault(),
                        List.of(Rewrites.input("a", SOUND)),
                        () -> {
                          throw new IOException("Read-only file system");
                        }))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("Read-only file system");
  }

  @Test
  void anOutputWithOneOtherValueFailsTheProofOfContent() throws IOException {
    List<Record> rows = NestedTable.rows(1, 200);
    rows.get(150).setField("id", 151L);
    rows.get(151).setField("id", 150L);
    assertProofFails(rewritten(rows), "hash of column id");
  }

  @Test
  void anOutputWithOneRowLessFailsTheProof() throws IOException {
    assertProofFails(rewritten(NestedTable.rows(1, 199)), "rows: expected 200, found 199");
  }

  @Test
  void anOutputWithAnotherNullFailsTheProofByCountsAlone() throws IOException {
    List<Record> rows = NestedTable.rows(1, 200);
    Record changed =
        rows.stream().filter(row -> row.getField("text") != null).findFirst().orElseThrow();
    changed.setField("text", null);
    byte[] other = rewritten(rows);
    assertThatThrownBy(
            () ->
                new FileRewriter(new RewriteLimits(1 << 20, 1000, 1 << 20, false))
                    .rewrite(
                        SCHEMA,
                        MetricsConfig.getDefault(),
                        List.of(Rewrites.input("a", SOUND)),
                        () -> new RewriteOutput("out", MemoryFile.empty(), new MemoryFile(other))))
        .isInstanceOf(ProofFailedException.class)
        .hasMessageContaining("nulls of column text");
  }

  @Test
  void anOutputThatCannotBeReadBackFailsTheProof() {
    assertProofFails(new byte[] {1, 2, 3}, "cannot be read back");
  }

  @Test
  void anOutputDamagedOnItsWayToTheDiskFailsTheProof() throws IOException {
    byte[] damaged = rewritten(NestedTable.rows(1, 200));
    ColumnChunkMetaData chunk = Rewrites.footer(damaged).getBlocks().get(0).getColumns().get(0);
    damaged[(int) (chunk.getStartingPos() + chunk.getTotalSize()) - 1] ^= 1;
    assertProofFails(damaged, "cannot be read back");
  }

  @Test
  void aProofCannotBeMadeOfRowsThatDoNotAddUp() {
    assertThatThrownBy(() -> new RewriteProof(List.of(), 10, 1, 8, List.of(), 1, false))
        .isInstanceOf(AssertionError.class);
  }

  /** What a rewrite of these rows is as a file. */
  private static byte[] rewritten(List<Record> rows) throws IOException {
    Rewrites rewrites =
        Rewrites.rewrite(SCHEMA, Rewrites.input("other", Rewrites.write(SCHEMA, rows)));
    return rewrites.outputs.get("out-0").bytes();
  }

  private static void assertProofFails(byte[] readBack, String message) {
    InputFile other = new MemoryFile(readBack);
    assertThatThrownBy(() -> rewriteTo(new RewriteOutput("out", MemoryFile.empty(), other)))
        .isInstanceOf(ProofFailedException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("(file out)");
  }

  private static void rewriteTo(RewriteOutput output) throws IOException {
    new FileRewriter(Rewrites.LIMITS)
        .rewrite(
            SCHEMA, MetricsConfig.getDefault(), List.of(Rewrites.input("a", SOUND)), () -> output);
  }

  private static RewriteInput input(byte[] bytes, long rows) {
    return new RewriteInput("the-input", new MemoryFile(bytes), RowMask.none(), rows);
  }

  private static void assertUnreadable(byte[] bytes, long rows, String message) {
    assertThatThrownBy(() -> Rewrites.rewrite(SCHEMA, input(bytes, rows)))
        .isInstanceOfSatisfying(
            UnreadableInputException.class, e -> assertThat(e.input()).isEqualTo("the-input"))
        .hasMessageContaining(message);
  }
}
