package dev.firn.maintenance.rewrite;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.types.Types;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.Test;

/** Inputs are given as the numbers that their rows are sorted by, one row group each. */
final class SortedBatchPlannerTest {
  private static final Schema SCHEMA = new Schema(optional(1, "n", Types.LongType.get()));
  private static final int ROW_BYTES = 1000;

  private final List<long[]> numbers = new ArrayList<>();
  private final List<RewriteInput> inputs = new ArrayList<>();
  private final List<Integer> footersRead = new ArrayList<>();

  private void input(RowMask dropped, long... rows) {
    numbers.add(rows);
    inputs.add(new RewriteInput("f", MemoryFile.empty(), dropped, rows.length));
  }

  private Batches plan(long batchBytes, int groupRows) throws IOException {
    SchemaResolver.Resolved resolved = SchemaResolver.resolve(SCHEMA, Integer.MAX_VALUE, Set.of());
    SortOrder order = SortOrder.builderFor(SCHEMA).withOrderId(1).asc("n").build();
    return SortedBatchPlanner.plan(
        SortColumns.of(order, SCHEMA, resolved).orElseThrow(),
        resolved,
        inputs,
        this::footer,
        new RewriteLimits(batchBytes, 10, groupRows, 1, false),
        (slice, leaf) -> source(kept(slice)));
  }

  private InputFooter footer(int input) {
    footersRead.add(input);
    long rows = inputs.get(input).rowCount();
    return new InputFooter(
        null,
        null,
        List.of(
            new InputFooter.RowGroup(
                0,
                rows,
                rows * ROW_BYTES,
                new long[0],
                new long[0],
                new long[0],
                new int[0],
                new CompressionCodecName[0])));
  }

  private long[] kept(Batches.Slice slice) {
    return LongStream.range(slice.fromRow(), slice.toRow())
        .filter(row -> !slice.dropped().isDropped(row))
        .map(row -> numbers.get(slice.input())[(int) row])
        .toArray();
  }

  private static TripletSource source(long[] rows) {
    boolean[] done = {false};
    return new TripletSource() {
      @Override
      public boolean fill(TripletBlock block) {
        block.size = done[0] ? 0 : rows.length;
        for (int i = 0; i < block.size; i++) {
          block.definitions[i] = block.maxDefinition;
          block.bits[i] = rows[i];
        }
        done[0] = true;
        return block.size > 0;
      }

      @Override
      public void close() {}
    };
  }

  /** A batch's rows in the order in which they are to be written. */
  private List<Long> rows(Batches.Batch batch) {
    long[] read = batch.slices().stream().flatMapToLong(s -> Arrays.stream(kept(s))).toArray();
    assertThat(read).hasSize((int) batch.rows());
    List<Long> rows = new ArrayList<>();
    for (int rank = 0; rank < read.length; rank++) {
      rows.add(read[batch.order().row(rank)]);
    }
    return rows;
  }

  @Test
  void batchThatWasCutShortGoesOnWithTheNextRowInOrder() throws IOException {
    input(RowMask.of(1), 9, 99, 1, 5);
    input(RowMask.none(), 2, 6, 8, 3);
    Batches batches = plan(1 << 20, 5);

    Batches.Batch first = batches.next();
    assertThat(rows(first)).containsExactly(1L, 2L, 3L, 5L, 6L);
    Batches.Batch shorter = batches.shorten(first, 2);
    assertThat(rows(shorter)).containsExactly(1L, 2L);
    assertThat(rows(batches.shorten(shorter, 1))).containsExactly(1L);
    assertThat(rows(batches.next())).hasSize(5);

    batches.written(shorter, 2 * ROW_BYTES);
    Batches.Batch second = batches.next();
    assertThat(rows(second)).containsExactly(3L, 5L, 6L, 8L, 9L);
    batches.written(second, 5 * ROW_BYTES);
    assertThat(batches.next()).isNull();
  }

  @Test
  void footersAreReadForTheirBatchesAlone() throws IOException {
    for (int i = 0; i < 100; i++) {
      input(RowMask.none(), i * 2 + 1, i * 2);
    }
    Batches batches = plan(1 << 20, 10);
    footersRead.clear();
    for (Batches.Batch batch = batches.next(); batch != null; batch = batches.next()) {
      assertThat(footersRead).hasSize(5);
      footersRead.clear();
      batches.written(batch, (long) batch.bytes());
    }
  }

  @Test
  void rowsThatAreInOrderOrTooFarApartAreLeftToThePlannerOfOtherTables() throws IOException {
    input(RowMask.none(), 1, 2, 3);
    input(RowMask.none(), 3, 4, 5);
    assertThat(plan(1 << 20, 2)).isNull();
    inputs.clear();
    numbers.clear();
    input(RowMask.none(), 1, 3, 5, 7, 9, 11);
    input(RowMask.none(), 2, 4, 6, 8, 10, 12);
    assertThat(plan(1 << 20, 2)).as("each decoded six times").isNull();
    assertThat(plan(1 << 20, 3)).as("each decoded four times").isNotNull();
    assertThat(plan(100, 3)).as("no room for keys").isNull();
  }

  @Test
  void everyKeptRowIsWrittenOnceInOrderHoweverBatchesAreCut() throws IOException {
    for (int seed = 1; seed <= 200; seed++) {
      Random random = new Random(seed);
      inputs.clear();
      numbers.clear();
      List<Long> expected = new ArrayList<>();
      for (int i = 1 + random.nextInt(5); i > 0; i--) {
        long[] rows = random.longs(1 + random.nextInt(30), 0, 50).toArray();
        RowMask dropped = RowMask.of(random.ints(random.nextInt(9), 0, rows.length).asLongStream());
        input(dropped, rows);
        for (int row = 0; row < rows.length; row++) {
          if (!dropped.isDropped(row)) {
            expected.add(rows[row]);
          }
        }
      }
      expected.sort(null);
      Batches batches = plan(20_000 + random.nextInt(60_000), 20 + random.nextInt(60));
      if (batches == null) {
        continue;
      }
      List<Long> written = new ArrayList<>();
      for (Batches.Batch next = batches.next(); next != null; next = batches.next()) {
        Batches.Batch batch = next;
        while (batch.rows() > 1 && random.nextInt(3) == 0) {
          batch = batches.shorten(batch, 1 + random.nextInt((int) batch.rows() - 1));
        }
        written.addAll(rows(batch));
        batches.written(batch, random.nextInt(100_000));
      }
      assertThat(written).as("seed %s", seed).isEqualTo(expected);
    }
  }
}
