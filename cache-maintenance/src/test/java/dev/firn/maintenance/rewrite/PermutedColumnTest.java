package dev.firn.maintenance.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PermutedColumnTest {
  private static final ColumnDescriptor TEXTS =
      MessageTypeParser.parseMessageType(
              "message m { optional group l (LIST) { repeated group list {"
                  + " optional binary element (STRING); } } }")
          .getColumns()
          .get(0);
  private static final ColumnDescriptor NUMBERS =
      MessageTypeParser.parseMessageType("message m { optional int64 n; }").getColumns().get(0);

  /** One entry as text: levels, value. */
  private record Entry(int repetition, int definition, Object value) {}

  /** Hands rows out in blocks of odd sizes. */
  private static TripletSource source(List<List<Entry>> rows, int most) {
    List<Entry> entries = rows.stream().flatMap(List::stream).toList();
    int[] next = {0};
    return new TripletSource() {
      @Override
      public boolean fill(TripletBlock block) {
        block.size = Math.min(most, entries.size() - next[0]);
        for (int i = 0; i < block.size; i++) {
          Entry entry = entries.get(next[0]++);
          block.repetitions[i] = entry.repetition;
          block.definitions[i] = entry.definition;
          if (entry.value instanceof Binary binary) {
            block.binaries[i] = binary;
          } else if (entry.value instanceof Long number) {
            block.bits[i] = number;
          }
        }
        return block.size > 0;
      }

      @Override
      public void close() {}
    };
  }

  private static final class Written implements PermutedColumn.Sink {
    final List<Entry> entries = new ArrayList<>();

    @Override
    public boolean write(TripletBlock block) {
      for (int i = 0; i < block.size; i++) {
        boolean isNull = block.definitions[i] < block.maxDefinition;
        Object value =
            isNull ? null : block.binaries.length > 0 ? block.binaries[i] : (Object) block.bits[i];
        entries.add(new Entry(block.repetitions[i], block.definitions[i], value));
      }
      return true;
    }
  }

  private static RowPermutation shuffled(int rows, Random random) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      order.add(i);
    }
    Collections.shuffle(order, random);
    return RowPermutation.of(order.stream().mapToInt(i -> i).toArray());
  }

  private static List<Entry> inOrder(List<List<Entry>> rows, RowPermutation permutation) {
    List<Entry> expected = new ArrayList<>();
    for (int rank = 0; rank < permutation.size(); rank++) {
      expected.addAll(rows.get(permutation.row(rank)));
    }
    return expected;
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 500, 20_000, 1 << 20})
  void rowsOfListsComeOutInTheirNewOrderWhateverFitsIntoMemory(long maxBytes) throws IOException {
    Random random = new Random(maxBytes);
    List<Binary> dictionary = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      dictionary.add(Binary.fromString("text-" + "x".repeat(10 * i)));
    }
    List<List<Entry>> rows = new ArrayList<>();
    for (int row = 0; row < 300; row++) {
      List<Entry> entries = new ArrayList<>();
      int count = random.nextInt(5);
      for (int i = 0; i < count; i++) {
        boolean isNull = random.nextInt(4) == 0;
        Object value = isNull ? null : dictionary.get(random.nextInt(20));
        entries.add(new Entry(i == 0 ? 0 : 1, isNull ? 2 : 3, value));
      }
      if (count == 0) {
        entries.add(new Entry(0, random.nextInt(2), null));
      }
      rows.add(entries);
    }
    RowPermutation permutation = shuffled(rows.size(), random);
    Written written = new Written();

    PermutedColumn column = new PermutedColumn(TEXTS, permutation, maxBytes, true);

    assertThat(column.copy("f", () -> source(rows, 37), written)).isTrue();
    int passes = column.passes();

    assertThat(written.entries).isEqualTo(inOrder(rows, permutation));
    assertThat(passes).isEqualTo(maxBytes == 0 ? 300 : maxBytes == 500 ? passes : 1);
    if (maxBytes == 500) {
      assertThat(passes).isBetween(10, 290);
    }
  }

  @Test
  void numbersAndNullsComeOutInTheirNewOrder() throws IOException {
    Random random = new Random(1);
    List<List<Entry>> rows = new ArrayList<>();
    for (int row = 0; row < 5_000; row++) {
      boolean isNull = random.nextInt(5) == 0;
      rows.add(List.of(new Entry(0, isNull ? 0 : 1, isNull ? null : random.nextLong())));
    }
    RowPermutation permutation = shuffled(rows.size(), random);
    for (long maxBytes : new long[] {10_000, 1 << 20}) {
      Written written = new Written();
      new PermutedColumn(NUMBERS, permutation, maxBytes, true)
          .copy("f", () -> source(rows, TripletBlock.CAPACITY), written);
      assertThat(written.entries).isEqualTo(inOrder(rows, permutation));
    }
  }

  @Test
  void nothingMoreIsWrittenOnceThereIsNoRoom() throws IOException {
    List<List<Entry>> rows = new ArrayList<>();
    for (long row = 0; row < 5_000; row++) {
      rows.add(List.of(new Entry(0, 1, row)));
    }
    for (int room : new int[] {1, 2, 5}) {
      int[] written = {0};
      PermutedColumn column =
          new PermutedColumn(NUMBERS, shuffled(5_000, new Random(room)), 1 << 20, true);
      assertThat(column.copy("f", () -> source(rows, 100), block -> ++written[0] < room)).isFalse();
      assertThat(written[0]).isEqualTo(room);
    }
  }

  @Test
  void columnThatReadsDifferentlyTheSecondTimeIsNotProved() {
    List<List<Entry>> rows = new ArrayList<>();
    for (long row = 0; row < 100; row++) {
      rows.add(List.of(new Entry(0, 1, row)));
    }
    List<List<Entry>> changed = new ArrayList<>(rows);
    Collections.swap(changed, 17, 71);
    Collections.rotate(changed, 1);
    int[] opened = {0};
    assertThatThrownBy(
            () ->
                new PermutedColumn(NUMBERS, shuffled(100, new Random(2)), 700, true)
                    .copy(
                        "f.parquet",
                        () -> source(opened[0]++ == 0 ? rows : changed, 10),
                        new Written()))
        .isInstanceOf(ProofFailedException.class)
        .hasMessageContaining("f.parquet")
        .hasMessageContaining("column n");
  }

  @Test
  void permutationNamesEveryRowOnce() {
    for (int[] rows : List.of(new int[] {0, 0}, new int[] {0, 2}, new int[] {-1, 0})) {
      assertThatThrownBy(() -> RowPermutation.of(rows))
          .as(Arrays.toString(rows))
          .isInstanceOf(AssertionError.class);
    }
  }
}
