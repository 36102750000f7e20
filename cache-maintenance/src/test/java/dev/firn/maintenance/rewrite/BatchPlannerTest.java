package dev.firn.maintenance.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.maintenance.rewrite.Batches.Batch;
import dev.firn.maintenance.rewrite.Batches.Slice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.Test;

final class BatchPlannerTest {
  private static final long MB = 1 << 20;

  @Test
  void smallRowGroupsShareABatchUpToItsBytes() throws IOException {
    assertThat(plan(32, 1000, group(10, 10), group(10, 20), group(10, 3), group(10, 1)))
        .containsExactly("0[0,10) 1[0,10)", "2[0,10) 3[0,10)");
  }

  @Test
  void rowsAloneDoNotFillABatchOfFatRows() throws IOException {
    assertThat(plan(32, 1_000_000, group(2, 30), group(2, 30), group(2, 30))).hasSize(3);
  }

  @Test
  void rowsEndABatchOfThinRows() throws IOException {
    assertThat(plan(32, 15, group(10, 1), group(10, 1))).containsExactly("0[0,10)", "1[0,10)");
  }

  @Test
  void aRowGroupWithTooManyRowsIsCut() throws IOException {
    assertThat(plan(32, 7, group(10, 1), group(5, 1)))
        .containsExactly("0[0,7)", "0[7,10)", "1[0,5)");
  }

  @Test
  void aRowGroupWithTooManyBytesIsCutAndFillsTheBatchBeforeIt() throws IOException {
    assertThat(plan(32, 1000, group(10, 20), group(100, 100)))
        .containsExactly("0[0,10) 1[0,12)", "1[12,44)", "1[44,76)", "1[76,100)");
  }

  @Test
  void oneRowLargerThanABatchIsABatch() throws IOException {
    assertThat(plan(1, 1000, group(3, 30))).containsExactly("0[0,1)", "0[1,2)", "0[2,3)");
  }

  @Test
  void aRowGroupWithoutKeptRowsIsNotRead() throws IOException {
    RowMask all = RowMask.of(0, 1, 2);
    assertThat(plan(32, 1000, List.of(all, RowMask.none()), group(3, 1), group(3, 1)))
        .containsExactly("1[0,3)");
    assertThat(plan(32, 1000, List.of(all), group(3, 1))).isEmpty();
  }

  @Test
  void droppedRowsDoNotCountAsRows() throws IOException {
    assertThat(plan(32, 2, List.of(RowMask.of(0, 2, 3)), group(7, 1)))
        .containsExactly("0[1,5)", "0[5,7)");
  }

  @Test
  void footersAreReadOnceAndHeldForTheirBatchAlone() throws IOException {
    List<RewriteInput> inputs = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      inputs.add(new RewriteInput("f", MemoryFile.empty(), RowMask.none(), 10));
    }
    List<Integer> read = new ArrayList<>();
    BatchPlanner planner =
        new BatchPlanner(
            inputs,
            i -> {
              read.add(i);
              return new InputFooter(null, null, List.of(group(10, 1)));
            },
            new RewriteLimits(MB * 32, 10, 50, 1, false));
    for (Batch batch = planner.next(); batch != null; batch = planner.next()) {
      assertThat(batch.slices()).hasSize(5);
      assertThat(planner.footersHeld()).isLessThanOrEqualTo(7);
      planner.written(batch, (long) batch.bytes());
    }
    assertThat(read).hasSize(1000).doesNotHaveDuplicates();
  }

  @Test
  void everyKeptRowIsInExactlyOneSliceAndNoBatchIsOverItsLimits() throws IOException {
    long seed = 7;
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      int groups = 1 + random.nextInt(6);
      InputFooter.RowGroup[] rowGroups = new InputFooter.RowGroup[groups];
      List<RowMask> masks = new ArrayList<>();
      long kept = 0;
      for (int i = 0; i < groups; i++) {
        int rows = 1 + random.nextInt(40);
        rowGroups[i] = group(rows, random.nextInt(50));
        int density = random.nextInt(4);
        RowMask mask =
            RowMask.of(
                java.util.stream.LongStream.range(0, rows)
                    .filter(r -> random.nextInt(3) < density));
        masks.add(mask);
        kept += rows - mask.cardinality();
      }
      int maxRows = 1 + random.nextInt(30);
      String state = "seed " + seed + " round " + round;
      List<Batch> batches = batches(20, maxRows, masks, rowGroups);
      long planned = 0;
      int lastInput = 0;
      long lastRow = 0;
      for (Batch batch : batches) {
        long rows = 0;
        double bytes = 0;
        for (Slice slice : batch.slices()) {
          if (slice.input() != lastInput) {
            lastInput = slice.input();
            lastRow = 0;
          }
          assertThat(slice.fromRow()).as(state).isGreaterThanOrEqualTo(lastRow);
          lastRow = slice.toRow();
          assertThat(masks.get(slice.input()).keptBetween(slice.fromRow(), slice.toRow()))
              .as(state)
              .isEqualTo(slice.keptRows())
              .isPositive();
          rows += slice.keptRows();
          InputFooter.RowGroup group = rowGroups[slice.input()];
          bytes += (double) (slice.toRow() - slice.fromRow()) * group.encodedBytes() / group.rows();
        }
        assertThat(rows).as(state).isEqualTo(batch.rows()).isLessThanOrEqualTo(maxRows);
        if (batch.rows() > 1) {
          assertThat(bytes).as(state).isLessThanOrEqualTo(20 * MB + 1);
        }
        planned += rows;
      }
      assertThat(planned).as(state).isEqualTo(kept);
    }
  }

  private static InputFooter.RowGroup group(long rows, long megabytes) {
    return new InputFooter.RowGroup(
        0,
        rows,
        megabytes * MB,
        new long[0],
        new long[0],
        new long[0],
        new int[0],
        new CompressionCodecName[0]);
  }

  private static List<String> plan(long megabytes, int rows, InputFooter.RowGroup... groups)
      throws IOException {
    return plan(
        megabytes, rows, Arrays.stream(groups).map(group -> RowMask.none()).toList(), groups);
  }

  private static List<String> plan(
      long megabytes, int rows, List<RowMask> masks, InputFooter.RowGroup... groups)
      throws IOException {
    return batches(megabytes, rows, masks, groups).stream()
        .map(
            batch ->
                String.join(
                    " ",
                    batch.slices().stream()
                        .map(s -> s.input() + "[" + s.fromRow() + "," + s.toRow() + ")")
                        .toList()))
        .toList();
  }

  private static List<Batch> batches(
      long megabytes, int rows, List<RowMask> masks, InputFooter.RowGroup... groups)
      throws IOException {
    List<RewriteInput> inputs = new ArrayList<>();
    List<InputFooter> footers = new ArrayList<>();
    for (int i = 0; i < groups.length; i++) {
      inputs.add(new RewriteInput("f", MemoryFile.empty(), masks.get(i), groups[i].rows()));
      footers.add(new InputFooter(null, null, List.of(groups[i])));
    }
    BatchPlanner planner =
        new BatchPlanner(
            inputs, footers::get, new RewriteLimits(megabytes * MB, 10, rows, 1, false));
    List<Batch> batches = new ArrayList<>();
    for (Batch batch = planner.next(); batch != null; batch = planner.next()) {
      batches.add(batch);
      planner.written(batch, (long) (batch.bytes() / 1.1));
    }
    return batches;
  }
}
