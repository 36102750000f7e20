package dev.firn.maintenance.rewrite;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.iceberg.NullOrder;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.SortOrderComparators;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rewrites of sorted tables, compared with a sort of records by Iceberg's own comparator. */
final class SortedRewriteTest {
  private static final Schema SCHEMA = NestedTable.SCHEMA;
  private static final NullOrder FIRST = NullOrder.NULLS_FIRST;
  private static final NullOrder LAST = NullOrder.NULLS_LAST;

  private static final List<RewriteInput> INPUTS = new ArrayList<>();

  /** The rows of the inputs that their masks keep. */
  private static final List<Record> KEPT = new ArrayList<>();

  static {
    for (int i = 0; i < 3; i++) {
      List<Record> rows = NestedTable.rows(i, 40);
      INPUTS.add(Rewrites.input("in-" + i, Rewrites.write(SCHEMA, rows), i, 17));
      for (int j = 0; j < rows.size(); j++) {
        if (j != i && j != 17) {
          KEPT.add(rows.get(j));
        }
      }
    }
  }

  private static SortOrder order(Consumer<SortOrder.Builder> fields) {
    SortOrder.Builder builder = SortOrder.builderFor(SCHEMA).withOrderId(3);
    fields.accept(builder);
    return builder.build();
  }

  static List<SortOrder> orders() {
    List<SortOrder> orders = new ArrayList<>();
    for (Types.NestedField field : SCHEMA.columns()) {
      if (field.type().isPrimitiveType() && !field.type().isVariantType()) {
        orders.add(order(o -> o.asc(field.name(), FIRST).asc("id")));
        orders.add(order(o -> o.desc(field.name(), LAST)));
      }
    }
    for (String name : List.of("number", "id", "text", "bytes", "small", "medium", "large")) {
      orders.add(order(o -> o.desc(Expressions.truncate(name, 3), FIRST).asc(name, LAST)));
      orders.add(order(o -> o.asc(Expressions.bucket(name, 5), LAST)));
    }
    for (String name : List.of("day", "local", "instant", "nanos")) {
      orders.add(order(o -> o.asc(Expressions.year(name), LAST)));
      orders.add(order(o -> o.desc(Expressions.month(name), LAST)));
      orders.add(order(o -> o.asc(Expressions.day(name), FIRST)));
    }
    orders.add(order(o -> o.desc(Expressions.hour("instant"), FIRST)));
    orders.add(order(o -> o.asc(Expressions.bucket("uuid", 7), FIRST).desc("uuid", FIRST)));
    orders.add(
        order(o -> o.asc("struct.a", LAST).desc("struct.inner.b", FIRST).asc("flag", FIRST)));
    return orders;
  }

  @ParameterizedTest
  @MethodSource("orders")
  void rowsOfOneRowGroupAreSortedAsIcebergSorts(SortOrder order) throws IOException {
    List<Record> rows = new ArrayList<>(KEPT);
    rows.sort(comparator(SCHEMA, order));

    Rewrites rewrites = Rewrites.rewrite(SCHEMA, order, Rewrites.LIMITS, INPUTS);

    assertThat(rewrites.result.files()).hasSize(1).allMatch(RewrittenFile::sorted);
    assertThat(rewrites.rows())
        .isEqualTo(rows.stream().map(Rewrites::comparable).map(Object.class::cast).toList());
  }

  private static Comparator<Record> comparator(Schema schema, SortOrder order) {
    Comparator<StructLike> structs = SortOrderComparators.forSchema(schema, order);
    return (a, b) ->
        structs.compare(
            new InternalRecordWrapper(schema.asStruct()).wrap(a),
            new InternalRecordWrapper(schema.asStruct()).wrap(b));
  }

  private static RewriteInput numbers(String name, int from, int to, int step) {
    List<Record> rows = new ArrayList<>();
    for (int i = from; i != to; i += step) {
      Record row = NestedTable.rows(i, 1).get(0);
      row.setField("id", (long) i);
      rows.add(row);
    }
    return Rewrites.input(name, Rewrites.write(SCHEMA, rows));
  }

  private static List<Object> ids(Rewrites rewrites) {
    return rewrites.rows().stream()
        .map(row -> ((List<?>) row).get(0))
        .map(Object.class::cast)
        .toList();
  }

  private static final SortOrder BY_ID = order(o -> o.asc("id"));
  private static final RewriteLimits TEN_ROWS = new RewriteLimits(1 << 20, 3, 10, 1 << 20, true);

  @Test
  void rowsGoIntoTheRowGroupThatTheirOrderAsksFor() throws IOException {
    List<RewriteInput> inputs =
        List.of(numbers("a", 49, 34, -1), numbers("b", 20, 35, 1), numbers("c", 9, -1, -1));
    Rewrites rewrites = Rewrites.rewrite(SCHEMA, BY_ID, TEN_ROWS, inputs);

    RewrittenFile file = rewrites.result.files().get(0);
    assertThat(rewrites.result.files()).hasSize(1);
    assertThat(file.splitOffsets()).hasSize(4);
    assertThat(file.sorted()).isTrue();
    assertThat(ids(rewrites)).isEqualTo(ids(rewrites).stream().sorted().toList());
    assertThat(ids(rewrites)).hasSize(40).doesNotHaveDuplicates();
  }

  @Test
  void rowGroupsThatComeInOrderAreLeftAsTheyCome() throws IOException {
    List<RewriteInput> inputs = List.of(numbers("a", 0, 10, 1), numbers("b", 10, 30, 1));
    Rewrites rewrites = Rewrites.rewrite(SCHEMA, BY_ID, TEN_ROWS, inputs);
    assertThat(rewrites.result.files().get(0).splitOffsets()).hasSize(3);
    assertThat(ids(rewrites)).isEqualTo(ids(rewrites).stream().sorted().toList());
    assertThat(rewrites.result.files().get(0).sorted()).isTrue();
  }

  @Test
  void rowsThatAreTooFarApartAreSortedWithinTheirRowGroupsOnly() throws IOException {
    List<RewriteInput> inputs = List.of(numbers("a", 60, 0, -2), numbers("b", 1, 61, 2));
    Rewrites rewrites = Rewrites.rewrite(SCHEMA, BY_ID, TEN_ROWS, inputs);

    assertThat(rewrites.result.files().get(0).splitOffsets()).hasSize(6);
    assertThat(rewrites.result.files().get(0).sorted()).isFalse();
    List<Object> ids = ids(rewrites);
    assertThat(ids).hasSize(60).doesNotHaveDuplicates();
    for (int group = 0; group < 60; group += 10) {
      assertThat(ids.subList(group, group + 10))
          .isEqualTo(ids.subList(group, group + 10).stream().sorted().toList());
    }
  }

  @Test
  void inputsOfAllKindsAreSortedAsIcebergSorts() throws IOException {
    int many = 0;
    int unsorted = 0;
    for (int seed = 1; seed <= 12; seed++) {
      Random random = new Random(seed);
      List<SortOrder> orders = orders();
      SortOrder order = orders.get(random.nextInt(orders.size()));
      List<RewriteInput> inputs = new ArrayList<>();
      List<Record> kept = new ArrayList<>();
      for (int i = 1 + random.nextInt(5); i > 0; i--) {
        List<Record> rows = NestedTable.rows(random.nextLong(), 1 + random.nextInt(60));
        long[] dropped = random.longs(random.nextInt(9), 0, rows.size()).toArray();
        RewriteInput input =
            Rewrites.input(
                "in-" + i,
                Rewrites.write(SCHEMA, rows, "write.parquet.row-group-size-bytes", "4000"),
                dropped);
        inputs.add(input);
        for (int row = 0; row < rows.size(); row++) {
          if (!input.dropped().isDropped(row)) {
            kept.add(rows.get(row));
          }
        }
      }
      RewriteLimits limits =
          new RewriteLimits(
              random.nextBoolean() ? 20_000 : 1 << 20, 5, 6 + random.nextInt(40), 1 << 20, true);
      Rewrites rewrites = Rewrites.rewrite(SCHEMA, order, limits, inputs);
      boolean sorted = rewrites.result.files().stream().allMatch(RewrittenFile::sorted);
      List<Object> expected = new ArrayList<>();
      if (sorted) {
        kept.sort(comparator(SCHEMA, order));
      }
      kept.forEach(row -> expected.add(Rewrites.comparable(row)));
      if (sorted) {
        many += rewrites.result.files().get(0).splitOffsets().size() > 1 ? 1 : 0;
        assertThat(rewrites.rows()).as("seed %s", seed).isEqualTo(expected);
      } else {
        unsorted++;
        assertThat(rewrites.rows())
            .as("seed %s", seed)
            .containsExactlyInAnyOrderElementsOf(expected);
      }
    }
    assertThat(many).as("sorted, of many row groups").isPositive();
    assertThat(unsorted).isPositive();
  }

  @Test
  void rowGroupsHoldNoMoreTextsThanABatchMay() throws IOException {
    Schema schema =
        new Schema(
            optional(1, "n", Types.LongType.get()), optional(2, "text", Types.StringType.get()));
    SortOrder order = SortOrder.builderFor(schema).withOrderId(1).asc("n").build();
    for (int spread : new int[] {1, 3}) {
      List<RewriteInput> inputs = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        List<Record> rows = new ArrayList<>();
        for (int j = 40; j > 0; j--) {
          Record row = GenericRecord.create(schema);
          row.setField("n", i * 10L + (long) j * spread);
          row.setField("text", i + "x".repeat(100_000));
          rows.add(row);
        }
        inputs.add(Rewrites.input("in-" + i, Rewrites.write(schema, rows)));
      }
      RewriteLimits oneMegabyte = new RewriteLimits(1 << 20, 600, 1 << 20, true);
      Rewrites rewrites = Rewrites.rewrite(schema, order, oneMegabyte, inputs);

      RewrittenFile file = rewrites.result.files().get(0);
      assertThat(file.sorted()).isEqualTo(spread == 1);
      assertThat(rewrites.footer(0).getBlocks())
          .hasSizeGreaterThan(2)
          .allMatch(group -> group.getColumns().get(1).getTotalUncompressedSize() < 1_100_000);
    }
  }

  @Test
  void eachFileIsSortedOrNotByItself() throws IOException {
    SortOrder byId = order(o -> o.desc("id", LAST));
    RewriteLimits oneGroupEach = new RewriteLimits(1 << 20, 3, 10, 1, true);
    List<RewriteInput> inputs = List.of(numbers("a", 0, 10, 1), numbers("b", 0, 10, 1));
    Rewrites rewrites = Rewrites.rewrite(SCHEMA, byId, oneGroupEach, inputs);
    assertThat(rewrites.result.files()).hasSize(2).allMatch(RewrittenFile::sorted);
  }

  @Test
  void whatCannotBeSortedKeepsItsOrder() throws IOException {
    RewriteInput input = numbers("a", 9, -1, -1);
    List<Object> asItCame =
        Rewrites.read(SCHEMA, input.file() instanceof MemoryFile f ? f.bytes() : null);
    SortOrder other =
        SortOrder.builderFor(new Schema(optional(999, "gone", Types.LongType.get())))
            .withOrderId(3)
            .asc("gone")
            .build();
    RewriteLimits tiny = new RewriteLimits(100, 1000, 1 << 20, true);
    for (Rewrites rewrites :
        List.of(
            Rewrites.rewrite(SCHEMA, other, Rewrites.LIMITS, List.of(input)),
            Rewrites.rewrite(SCHEMA, SortOrder.unsorted(), Rewrites.LIMITS, List.of(input)),
            Rewrites.rewrite(SCHEMA, order(o -> o.asc("id")), tiny, List.of(input)))) {
      assertThat(rewrites.rows()).isEqualTo(asItCame);
      assertThat(rewrites.result.files()).noneMatch(RewrittenFile::sorted);
    }
  }

  @Test
  void keysThatRepeatTakeTheMemoryOfOne() throws IOException {
    Schema schema = new Schema(optional(1, "text", Types.StringType.get()));
    SortOrder order = SortOrder.builderFor(schema).withOrderId(1).asc("text").build();
    RewriteLimits oneMegabyte = new RewriteLimits(1 << 20, 10_000, 1 << 20, true);
    for (int distinct : new int[] {9, 40}) {
      List<Record> rows = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        Record row = GenericRecord.create(schema);
        row.setField("text", i * 31 % distinct + "x".repeat(20_000));
        rows.add(row);
      }
      byte[] bytes = Rewrites.write(schema, rows, "write.parquet.compression-codec", "zstd");
      Rewrites rewrites =
          Rewrites.rewrite(schema, order, oneMegabyte, List.of(Rewrites.input("in", bytes)));
      assertThat(rewrites.result.files()).hasSize(1);
      assertThat(rewrites.result.files().get(0).sorted()).isEqualTo(distinct == 9);
      if (distinct == 9) {
        rows.sort(comparator(schema, order));
        assertThat(rewrites.rows())
            .isEqualTo(rows.stream().map(Rewrites::comparable).map(Object.class::cast).toList());
      }
    }
  }

  @Test
  void timesInAnotherRepresentationThanTheTablesAreNotSorted() throws IOException {
    Schema schema = new Schema(optional(1, "t", Types.TimestampType.withZone()));
    SortOrder order = SortOrder.builderFor(schema).withOrderId(1).asc("t").build();
    byte[] millis =
        ForeignFile.of("message m { optional int64 t (TIMESTAMP(MILLIS,true)) = 1; }")
            .row(row -> row.add("t", 5L))
            .row(row -> row.add("t", 4L))
            .write();
    Rewrites rewrites =
        Rewrites.rewrite(schema, order, Rewrites.LIMITS, List.of(Rewrites.input("m", millis)));
    assertThat(rewrites.result.files().get(0).sorted()).isFalse();
    assertThat(rewrites.rows()).isEqualTo(Rewrites.read(schema, millis));
  }

  @Test
  void fileThatIsNotInOrderIsNotProvedToBe() throws IOException {
    Rewrites unsorted =
        Rewrites.rewrite(SCHEMA, TEN_ROWS, List.of(numbers("a", 0, 10, 1), numbers("b", 5, 15, 1)));
    MemoryFile file = unsorted.outputs.get("out-0");
    SchemaResolver.Resolved resolved = SchemaResolver.resolve(SCHEMA, Integer.MAX_VALUE, Set.of());
    try (PageCodecs codecs = new PageCodecs()) {
      for (String by : List.of("id", "text")) {
        SortColumns sorted = SortColumns.of(order(o -> o.asc(by)), SCHEMA, resolved).orElseThrow();
        assertThatThrownBy(
                () ->
                    OutputProof.checkOrder(
                        new RewriteOutput("out-0", file, file),
                        resolved,
                        unsorted.footer(0),
                        sorted,
                        Long.MAX_VALUE,
                        codecs))
            .isInstanceOf(ProofFailedException.class)
            .hasMessageContaining("row group")
            .hasMessageContaining("out-0");
      }
    }
  }
}
