package dev.firn.maintenance;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.GenerationBuilder;
import dev.firn.core.read.DataFileRows;
import dev.firn.core.testing.ForeignTable;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.verify.Verifies;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.datasketches.memory.Memory;
import org.apache.datasketches.theta.CompactSketch;
import org.apache.datasketches.theta.HashIterator;
import org.apache.datasketches.theta.UpdateSketch;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.puffin.BlobMetadata;
import org.apache.iceberg.puffin.Puffin;
import org.apache.iceberg.puffin.PuffinReader;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.Pair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a rewrite tells of distinct values is what Iceberg's reader finds, what Apache DataSketches
 * makes of the rows, and what is true of all of them or not told. (The library's memory module
 * refuses to run on later versions.)
 */
@EnabledForJreRange(max = JRE.JAVA_21)
class DistinctCountsTest {
  private static final Schema SCHEMA =
      new Schema(
          optional(1, "id", Types.IntegerType.get()),
          optional(2, "name", Types.StringType.get()),
          optional(3, "number", Types.IntegerType.get()));

  @TempDir Path directory;

  static List<String> names() {
    List<String> all = FieldCaches.names();
    return Boolean.getBoolean("firn.soak") ? all : all.subList(0, 3);
  }

  @ParameterizedTest
  @MethodSource("names")
  void ofFieldCachesAreThoseOfTheRows(String name) throws IOException {
    Path root = FieldCaches.unpack(name, directory);
    for (PartitionReport report : new Passes(new LocalDisk(), root).forced().partitions()) {
      if (report.outcome() == Outcome.COMPACTED && report.rowsAfter() > 0) {
        Generation live = Passes.live(report);
        if (report.filesLinked() > 0) {
          assertThat(text(live)).startsWith("none: data file carried-");
          continue;
        }
        Map<String, Long> told = check(live);
        long plain =
            live.metadata().schema().columns().stream()
                .filter(column -> column.type().isPrimitiveType())
                .count();
        assertThat(told).as(text(live)).hasSizeGreaterThan((int) plain / 2);
      }
    }
    assertThat(Verifies.trouble(Verifies.quick(new LocalDisk(), root)))
        .noneMatch(trouble -> trouble.contains(".stats"));
  }

  @Test
  void verifyWarnsOfStatisticsThatAreGoneOrDamaged() throws IOException {
    ForeignTable table = ForeignTable.create(directory, SCHEMA, 2);
    append(table, 0, 40);
    append(table, 20, 60);
    run(table);
    Generation live = table.generation();
    StatisticsFile told = live.metadata().statisticsFiles().get(0);
    Path file = live.io().resolve(told.path());
    byte[] whole = Files.readAllBytes(file);
    int footer = (int) (told.fileSizeInBytes() - told.fileFooterSizeInBytes());
    assertThat(Verifies.trouble(Verifies.full(new LocalDisk(), directory))).isEmpty();

    String text = new String(whole, StandardCharsets.ISO_8859_1);
    for (int i = footer; i < text.lastIndexOf("\"properties\""); i += 64) {
      byte[] flipped = whole.clone();
      flipped[i] ^= 0x11;
      Files.write(file, flipped);
      assertThat(Verifies.trouble(Verifies.quick(new LocalDisk(), directory)))
          .as("byte %s of %s", i, whole.length)
          .hasSize(1)
          .allMatch(trouble -> trouble.startsWith("warning") && trouble.contains(".stats"));
    }
    Files.write(file, Arrays.copyOf(whole, whole.length - 1));
    assertThat(Verifies.trouble(Verifies.quick(new LocalDisk(), directory))).hasSize(1);
    Files.delete(file);
    assertThat(Verifies.trouble(Verifies.quick(new LocalDisk(), directory))).hasSize(1);
  }

  @Test
  void ofEveryTypeAreThoseOfTheRows() throws IOException {
    Schema schema =
        new Schema(
            optional(1, "flag", Types.BooleanType.get()),
            optional(2, "i", Types.IntegerType.get()),
            optional(3, "l", Types.LongType.get()),
            optional(4, "f", Types.FloatType.get()),
            optional(5, "d", Types.DoubleType.get()),
            optional(6, "small", Types.DecimalType.of(5, 2)),
            optional(7, "medium", Types.DecimalType.of(15, 3)),
            optional(8, "large", Types.DecimalType.of(30, 3)),
            optional(9, "day", Types.DateType.get()),
            optional(10, "time", Types.TimeType.get()),
            optional(11, "ts", Types.TimestampType.withoutZone()),
            optional(12, "tz", Types.TimestampType.withZone()),
            optional(13, "text", Types.StringType.get()),
            optional(14, "fat", Types.StringType.get()),
            optional(15, "id", Types.UUIDType.get()),
            optional(16, "bytes", Types.BinaryType.get()),
            optional(17, "never", Types.StringType.get()),
            optional(18, "list", Types.ListType.ofOptional(19, Types.LongType.get())),
            optional(20, "half", Types.StringType.get()));
    ForeignTable table = ForeignTable.create(directory, schema, 2);
    table.append(3, 40, new Random(11), DistinctCountsTest::values);
    new ForeignPasses(directory, table).compactsTo(table.rows());

    Map<String, Long> told = check(table.generation());
    assertThat(told).hasSize(17).doesNotContainKeys("fat", "list");
    assertThat(told).containsEntry("flag", 2L).containsEntry("never", 0L);
    assertThat(text(table.generation()))
        .isEqualTo("17 columns; left out: list (nested), fat (not in every data file)");
  }

  private static Object[] values(Random random) {
    byte[] bytes = new byte[random.nextInt(3)];
    random.nextBytes(bytes);
    LocalDateTime time = LocalDateTime.ofEpochSecond(random.nextInt(), 5000, ZoneOffset.UTC);
    return new Object[] {
      random.nextBoolean(),
      random.nextInt(30) - 15,
      random.nextLong(),
      (float) random.nextInt(20) / 3,
      random.nextInt(20) / 3.0,
      BigDecimal.valueOf(random.nextInt(60_000) - 30_000, 2),
      BigDecimal.valueOf(random.nextInt(), 3),
      BigDecimal.valueOf(random.nextLong(), 3),
      LocalDate.ofEpochDay(random.nextInt(40_000) - 20_000),
      LocalTime.ofSecondOfDay(random.nextInt(86_400)),
      time,
      OffsetDateTime.of(time, ZoneOffset.UTC),
      "é\\uD83D\\uDE00".repeat(random.nextInt(12)),
      "x".repeat(6_000) + random.nextInt(),
      new UUID(random.nextLong(), random.nextLong()),
      ByteBuffer.wrap(bytes),
      null,
      List.of(random.nextLong()),
      "y".repeat(300 + random.nextInt(5))
    };
  }

  @Test
  void filesThatAreCarriedOverCountWithTheOthers() throws IOException {
    ForeignTable table = byHundreds();
    append(table, 0, 40);
    append(table, 20, 60);
    run(table);
    assertThat(check(table.generation())).containsKeys("id", "name");

    append(table, 100, 110);
    append(table, 105, 130);
    PartitionReport report = run(table);

    assertThat(report.filesLinked()).isEqualTo(1);
    assertThat(check(table.generation())).containsKeys("id", "name");

    // What has gone is not counted any more, though nothing of the rest was read again.
    table.table().newDelete().deleteFromRowFilter(Expressions.lessThan("id", 100)).commit();
    append(table, 200, 210);
    append(table, 200, 203);
    assertThat(run(table).filesLinked()).isEqualTo(1);
    assertThat(check(table.generation())).containsKeys("id", "name");
  }

  @Test
  void rowsThatAreLeftOutAreNotCounted() throws IOException {
    ForeignTable table = ForeignTable.create(directory, SCHEMA, 2);
    var file = append(table, 0, 40);
    table.delete(table.positionDeletes(file, IntStream.range(0, 30).asLongStream().toArray()));
    append(table, 35, 45);
    run(table);

    assertThat(check(table.generation())).containsEntry("id", 15L);
  }

  @Test
  void aDataFileWithoutSketchesLeavesTheTableWithoutStatistics() throws IOException {
    ForeignTable table = byHundreds();
    append(table, 0, 40);
    append(table, 20, 60);
    append(table, 200, 210);
    assertThat(run(table).filesLinked()).isEqualTo(1);

    Generation live = table.generation();
    assertThat(live.metadata().statisticsFiles()).isEmpty();
    assertThat(text(live)).startsWith("none: data file carried-").endsWith("was never rewritten");
  }

  @Test
  void sketchesThatAreDamagedAreAsGoodAsNone() throws IOException {
    ForeignTable table = byHundreds();
    append(table, 0, 40);
    append(table, 20, 60);
    run(table);
    Generation first = table.generation();
    Path file = first.io().resolve(first.liveFiles().get(0).file().location());
    byte[] bytes = Files.readAllBytes(file);
    bytes[sketches(bytes)] ^= 1;
    Files.write(file, bytes);
    append(table, 200, 210);
    append(table, 205, 220);

    assertThat(run(table).filesLinked()).isEqualTo(1);
    assertThat(table.generation().metadata().statisticsFiles()).isEmpty();
    assertThat(text(table.generation())).matches("none: data file rewritten-.* has none");
  }

  /** The first byte of the first hash of the first column, as the footer says. */
  private static int sketches(byte[] file) {
    String text = new String(file, StandardCharsets.ISO_8859_1);
    int place = text.indexOf("firn.distinct");
    Matcher found = Pattern.compile("[0-9]+(?=:[0-9]+:)").matcher(text);
    assertThat(found.find(place)).isTrue();
    return Integer.parseInt(found.group()) + 3 * Integer.BYTES + "int".length() + 2 * Long.BYTES;
  }

  /** The bytes of an int are not those of the long that it has become. */
  @Test
  void aColumnThatWasWidenedIsLeftOutUntilItIsRewritten() throws IOException {
    ForeignTable table = byHundreds();
    append(table, 0, 40);
    append(table, 20, 60);
    run(table);
    table.table().updateSchema().updateColumn("number", Types.LongType.get()).commit();
    append(table, 100, 110);
    append(table, 105, 120);
    assertThat(run(table).filesLinked()).isEqualTo(1);
    assertThat(check(table.generation())).containsOnlyKeys("id", "name");
    assertThat(text(table.generation()))
        .isEqualTo("2 columns; left out: number (not in every data file)");

    append(table, 0, 1);
    assertThat(run(table).filesLinked()).isEqualTo(1);
    assertThat(check(table.generation())).containsKey("number");
  }

  @Test
  void ofManyColumnsTheFirstAreCountedAndAFewOfTheOthersNamed() throws IOException {
    Schema schema =
        new Schema(
            IntStream.rangeClosed(1, 45)
                .mapToObj(id -> optional(id, "c" + id, Types.IntegerType.get()))
                .toList());
    ForeignTable table = ForeignTable.create(directory, schema, 2);
    for (int file = 0; file < 2; file++) {
      table.append(table.row(IntStream.rangeClosed(1, 45).boxed().toArray()));
    }
    run(table);

    assertThat(check(table.generation())).hasSize(32).containsEntry("c32", 1L);
    assertThat(text(table.generation()))
        .startsWith("32 columns; left out: c33 (not in every data file), c34")
        .endsWith("c40 (not in every data file) and 5 more");
  }

  @Test
  void nobodyIsToldAnythingWhereItIsOff() throws IOException {
    ForeignTable table = ForeignTable.create(directory, SCHEMA, 2);
    append(table, 0, 40);
    append(table, 20, 60);
    Passes passes = new Passes(new LocalDisk(), directory);
    passes.configure(Passes.CONFIG.withDistinctCounts(false));
    passes.forced();

    Generation live = table.generation();
    assertThat(live.metadata().statisticsFiles()).isEmpty();
    assertThat(live.metadata().properties()).doesNotContainKey(GenerationBuilder.STATISTICS);
    Path file = live.io().resolve(live.liveFiles().get(0).file().location());
    assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
        .doesNotContain("firn.distinct");
  }

  private PartitionReport run(ForeignTable table) throws IOException {
    return new ForeignPasses(directory, table).compactsTo(table.rows());
  }

  private ForeignTable byHundreds() throws IOException {
    return ForeignTable.create(
        directory,
        SCHEMA,
        PartitionSpec.builderFor(SCHEMA).truncate("id", 100).build(),
        SortOrder.unsorted(),
        2);
  }

  /** Rows with these ids; below 100 each two have a name, and each three a number. */
  private static DataFile append(ForeignTable table, int from, int to) throws IOException {
    boolean wide = table.table().schema().findType("number").typeId() == Type.TypeID.LONG;
    Record[] rows = new Record[to - from];
    for (int id = from; id < to; id++) {
      int number = id / 3;
      String name = id < 100 ? "name " + id / 2 : "name " + id;
      rows[id - from] = table.row(id, name, wide ? (Object) (long) number : (Object) number);
    }
    return table.append(rows).get(0);
  }

  private static String text(Generation generation) {
    return generation.metadata().properties().get(GenerationBuilder.STATISTICS);
  }

  /** Returns what is told of each column. */
  private static Map<String, Long> check(Generation generation) throws IOException {
    List<StatisticsFile> files = generation.metadata().statisticsFiles();
    assertThat(files).as(text(generation)).hasSize(1);
    StatisticsFile file = files.get(0);
    assertThat(file.snapshotId()).isEqualTo(generation.metadata().currentSnapshot().snapshotId());
    Map<String, Long> told = new HashMap<>();
    try (PuffinReader reader =
        Puffin.read(generation.io().newInputFile(file.path()))
            .withFileSize(file.fileSizeInBytes())
            .withFooterSize(file.fileFooterSizeInBytes())
            .build()) {
      List<BlobMetadata> blobs = reader.fileMetadata().blobs();
      assertThat(file.blobMetadata()).hasSameSizeAs(blobs);
      for (Pair<BlobMetadata, ByteBuffer> blob : reader.readAll(blobs)) {
        assertThat(blob.first().type()).isEqualTo("apache-datasketches-theta-v1");
        assertThat(blob.first().snapshotId()).isEqualTo(file.snapshotId());
        Types.NestedField column =
            generation.metadata().schema().findField(blob.first().inputFields().get(0));
        told.put(column.name(), Long.parseLong(blob.first().properties().get("ndv")));
        byte[] bytes = new byte[blob.second().remaining()];
        blob.second().get(bytes);
        check(
            column.name(),
            CompactSketch.wrap(Memory.wrap(bytes)),
            told.get(column.name()),
            library(generation, column));
      }
    }
    file.blobMetadata()
        .forEach(
            blob ->
                assertThat(blob.properties())
                    .containsEntry(
                        "ndv",
                        told.get(
                                generation.metadata().schema().findColumnName(blob.fields().get(0)))
                            .toString()));
    return told;
  }

  /** It has all hashes of the rows' values below its theta, and no others. */
  private static void check(String column, CompactSketch found, long told, UpdateSketch all) {
    int below = 0;
    for (HashIterator hashes = all.iterator(); hashes.next(); ) {
      below += hashes.get() < found.getThetaLong() ? 1 : 0;
    }
    assertThat(found.getRetainedEntries(true)).as(column).isEqualTo(below);
    assertThat(told).as(column).isEqualTo(Math.round(found.getEstimate()));
    double error = found.isEstimationMode() ? 4 / Math.sqrt(below) : 0;
    assertThat((double) told)
        .as(column)
        .isCloseTo(all.getEstimate(), within(all.getEstimate() * error));
  }

  /** The values of a column, by Iceberg's own serialisation. */
  private static UpdateSketch library(Generation generation, Types.NestedField column)
      throws IOException {
    UpdateSketch sketch = UpdateSketch.builder().setNominalEntries(1 << 18).build();
    for (FileScanTask task : generation.liveFiles()) {
      new DataFileRows(new LocalDisk(), generation)
          .forEach(
              task,
              new Schema(column),
              (position, row) -> {
                Object value = row.get(0, Object.class);
                if (value != null) {
                  sketch.update(Conversions.toByteBuffer(column.type(), value));
                }
                return true;
              });
    }
    return sketch;
  }
}
