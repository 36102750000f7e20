package dev.firn.maintenance;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.DropReason;
import dev.firn.core.generation.DroppedRows;
import dev.firn.core.read.RowReader;
import dev.firn.core.testing.ForeignTable;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.duplicates.DuplicatesConfig;
import dev.firn.maintenance.duplicates.DuplicatesConfig.Kept;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.retain.RetentionConfig;
import dev.firn.maintenance.retain.RetentionPolicy;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import dev.firn.testdata.FieldCaches;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** One row of a key stays where the configuration says so, and no other row goes (I6). */
@VerifiedAtTheEnd
class DuplicatesTest {
  @TempDir Path root;

  private PartitionReport pass(DuplicatesConfig duplicates) throws Exception {
    return pass(Passes.CONFIG.with(duplicates));
  }

  private PartitionReport pass(MaintenanceConfig config) throws Exception {
    Passes passes = new Passes(new LocalDisk(), root);
    passes.configure(config);
    return Passes.of(passes.forced(), Appends.PARTITION);
  }

  private static DuplicatesConfig by(String key, Kept kept) {
    return DuplicatesConfig.of(Appends.DATASET, key, kept);
  }

  /** Each exchange becomes a data file. */
  private void append(String... exchanges) throws Exception {
    try (Cache cache = Appends.open(root)) {
      for (String exchange : exchanges) {
        Appends.writer(cache).append(exchange);
      }
    }
  }

  private static String row(String key, int n) {
    return "{\"k\":" + (key == null ? null : "\"" + key + "\"") + ",\"n\":" + n + "}";
  }

  /** The live rows in their order, for example {@code a1}. */
  private List<String> rows() throws Exception {
    List<String> rows = new ArrayList<>();
    var generation = Appends.live(new LocalDisk(), root).generation();
    Schema columns = generation.metadata().schema().select("k", "n");
    new RowReader(new LocalDisk(), generation)
        .forEach(
            columns,
            row -> {
              rows.add(row.getField("k") + "" + row.getField("n"));
              return true;
            });
    return rows;
  }

  @ParameterizedTest
  @EnumSource
  void ofEachKeyOneRowStays(Kept kept) throws Exception {
    append(
        "[" + row("a", 1) + "," + row("b", 2) + "," + row("a", 3) + "]",
        "[" + row("c", 4) + "," + row("b", 5) + "]",
        "[" + row("a", 6) + "]");
    PartitionReport report = pass(by("k", kept));

    assertThat(rows())
        .isEqualTo(kept == Kept.FIRST ? List.of("a1", "b2", "c4") : List.of("c4", "b5", "a6"));
    assertThat(report.dropped()).isEqualTo(DroppedRows.of(DropReason.DUPLICATE, 3));
    assertThat(report.rowsBefore()).isEqualTo(6);
    assertThat(report.rowsAfter()).isEqualTo(3);
    assertThat(Appends.live(new LocalDisk(), root).generation().proof().orElseThrow().dropped())
        .isEqualTo(DroppedRows.of(DropReason.DUPLICATE, 3));
  }

  @Test
  void rowsWithoutAKeyAreLikeNoOther() throws Exception {
    append("[" + row(null, 1) + "," + row("a", 2) + "]", "[" + row(null, 3) + "]");
    assertThat(pass(by("k", Kept.LAST)).dropped().total()).isZero();
    assertThat(rows()).containsExactly("null1", "a2", "null3");
  }

  @Test
  void whereNothingIsConfiguredEveryRowStays() throws Exception {
    append("[" + row("a", 1) + "]", "[" + row("a", 2) + "]");
    DuplicatesConfig keyAlone =
        new DuplicatesConfig(Map.of("others", Kept.LAST), Map.of(Appends.DATASET, "k"));
    assertThat(pass(keyAlone).outcome()).isEqualTo(Outcome.COMPACTED);
    assertThat(rows()).containsExactly("a1", "a2");
  }

  @Test
  void aRowThatExpiresInTheSameRewriteMakesNoOtherOneGo() throws Exception {
    append(
        "[{\"k\":\"a\",\"n\":1,\"timestamp\":\"2026-10-01T00:00:00Z\"}"
            + ",{\"k\":\"b\",\"n\":2,\"timestamp\":\"2026-11-30T00:00:00Z\"}]",
        "[{\"k\":\"a\",\"n\":3,\"timestamp\":\"2026-11-30T00:00:00Z\"}]");
    RetentionConfig month = RetentionConfig.of(Appends.DATASET, RetentionPolicy.ofDays(30));

    PartitionReport report = pass(Passes.CONFIG.with(by("k", Kept.FIRST)).with(month));

    assertThat(report.dropped()).isEqualTo(DroppedRows.of(DropReason.EXPIRED, 1));
    assertThat(rows()).containsExactly("b2", "a3");
  }

  @Test
  void duplicatesAloneAreNoReasonForARewrite() throws Exception {
    append("[" + row("a", 1) + "," + row("a", 2) + "]");
    assertThat(pass(by("k", Kept.LAST)).outcome()).isEqualTo(Outcome.SKIPPED);
    assertThat(rows()).containsExactly("a1", "a2");
  }

  @Test
  void aKeyThatIsNoColumnIsNamedAndNothingIsDropped() throws Exception {
    append("[" + row("a", 1) + "]", "[" + row("a", 2) + "]");
    for (String key : List.of("kk", DuplicatesConfig.of("d", "x", Kept.LAST).keys().get("d"))) {
      PartitionReport report = pass(by(key, Kept.LAST));
      assertThat(report.outcome()).isEqualTo(Outcome.FAILED);
      assertThat(report.reason())
          .contains("dataset " + Appends.DATASET, "no column " + key, "columns k, n");
    }
    assertThat(rows()).containsExactly("a1", "a2");
  }

  @Test
  void rowsInAFileThatIsCarriedOverNeitherGoNorMakeOthersGo() throws Exception {
    StringBuilder large = new StringBuilder("[" + row("a", 1));
    for (int i = 0; i < 400; i++) {
      large.append(',').append(row(UUID.randomUUID().toString(), i));
    }
    append(large + "]", "[" + row("a", 2) + "]", "[" + row("a", 3) + "]", "[" + row("b", 4) + "]");
    PartitionReport report =
        pass(
            TestConfig.like(Passes.CONFIG)
                .targetFileBytes(10_000)
                .build()
                .with(by("k", Kept.FIRST)));
    assertThat(report.filesLinked()).isEqualTo(1);
    assertThat(report.dropped()).isEqualTo(DroppedRows.of(DropReason.DUPLICATE, 1));
    assertThat(rows()).hasSize(403).contains("a1", "a2", "b4").doesNotContain("a3");
  }

  @Test
  void aDamagedFileIsCarriedOverAndTheOthersAreCompared() throws Exception {
    append("[" + row("a", 1) + "]", "[" + row("a", 2) + "]", "[" + row("a", 3) + "]");
    var generation = Appends.live(new LocalDisk(), root).generation();
    Path damaged = generation.io().resolve(generation.liveFiles().get(1).file().location());
    byte[] sound = Files.readAllBytes(damaged);
    Files.write(damaged, new byte[sound.length]);

    PartitionReport report = pass(by("k", Kept.LAST));
    assertThat(report.outcome()).as(report.reason()).isEqualTo(Outcome.COMPACTED);
    assertThat(report.dropped()).isEqualTo(DroppedRows.of(DropReason.DUPLICATE, 1));

    Files.write(damaged, sound); // by its other name too
    assertThat(rows()).containsExactlyInAnyOrder("a2", "a3");
  }

  static Stream<Arguments> typesOfKeys() {
    return Stream.of(
        Arguments.of(Types.LongType.get(), 1L << 40, -1L),
        Arguments.of(Types.StringType.get(), "a", "á"),
        Arguments.of(Types.UUIDType.get(), new UUID(1, 2), new UUID(1, 3)),
        Arguments.of(Types.DecimalType.of(9, 2), new BigDecimal("1.10"), new BigDecimal("1.11")),
        Arguments.of(
            Types.BinaryType.get(),
            ByteBuffer.wrap(new byte[] {1, 2}),
            ByteBuffer.wrap(new byte[] {1, 2, 0})),
        Arguments.of(Types.DoubleType.get(), 0.0, -0.0));
  }

  @ParameterizedTest
  @MethodSource("typesOfKeys")
  void keysOfEveryTypeAreToldApart(Type type, Object one, Object other) throws Exception {
    Schema schema = new Schema(optional(1, "key", type), optional(2, "n", Types.LongType.get()));
    ForeignTable table = ForeignTable.create(root, schema, 2);
    table.append(table.row(one, 1L), table.row(other, 2L), table.row(null, 3L));
    table.append(table.row(one, 4L), table.row(null, 5L));
    table.append(table.row(other, 6L));
    table.delete(table.equalityDeletes(List.of("n"), table.row(null, 6L)));
    Passes passes = new Passes(new LocalDisk(), root);
    passes.configure(
        Passes.CONFIG.with(DuplicatesConfig.of(table.partition().dataset(), "key", Kept.LAST)));
    PartitionReport report = Passes.of(passes.forced(), table.partition().path());

    assertThat(report.dropped())
        .as("a deleted row makes no other go")
        .isEqualTo(
            DroppedRows.of(DropReason.DUPLICATE, 1).plus(DroppedRows.of(DropReason.DELETED, 1)));
    List<Long> numbers = new ArrayList<>();
    new RowReader(new LocalDisk(), table.generation())
        .forEach(
            schema,
            row -> {
              numbers.add((Long) row.getField("n"));
              return true;
            });
    assertThat(numbers).containsExactly(2L, 3L, 4L, 5L);
  }

  @Test
  void rowsOfTheFieldAreToldApartByTheirRowIdWhereNoKeyIsDeclared() throws Exception {
    Path cache = FieldCaches.unpack("source-table-fresh", root);
    Map<String, Kept> kept = Map.of("ai_gateway_messages", Kept.LAST, "otel_events", Kept.LAST);
    Passes passes = new Passes(new LocalDisk(), cache);
    passes.configure(Passes.CONFIG.with(new DuplicatesConfig(kept, Map.of())));
    PassReport report = passes.forced();
    assertThat(report.partitions())
        .anyMatch(partition -> partition.outcome() == Outcome.COMPACTED)
        .allMatch(partition -> partition.dropped().total() == 0);

    append(
        "[{\"k\":\"x\",\"n\":1,\"_hyp_cache_row_id\":\"r1\"},"
            + "{\"k\":\"x\",\"n\":2,\"_hyp_cache_row_id\":\"r2\"}]",
        "[{\"k\":\"y\",\"n\":3,\"_hyp_cache_row_id\":\"r1\"}]");
    assertThat(
            pass(new DuplicatesConfig(Map.of(Appends.DATASET, Kept.LAST), Map.of()))
                .dropped()
                .total())
        .isEqualTo(1);
    assertThat(rows()).containsExactly("x2", "y3");
  }
}
