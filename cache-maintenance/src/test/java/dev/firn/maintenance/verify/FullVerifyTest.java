package dev.firn.maintenance.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.cursor.CursorCodec;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.disk.ParquetOutput;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.TestGenerations;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.parquet.ParquetUtil;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullVerifyTest {
  private static final Schema EVERY_TYPE =
      new Schema(
          Types.NestedField.required(1, "id", Types.LongType.get()),
          Types.NestedField.optional(2, "text", Types.StringType.get()),
          Types.NestedField.optional(3, "whole", Types.IntegerType.get()),
          Types.NestedField.optional(4, "single", Types.FloatType.get()),
          Types.NestedField.optional(5, "real", Types.DoubleType.get()),
          Types.NestedField.optional(6, "flag", Types.BooleanType.get()),
          Types.NestedField.optional(7, "day", Types.DateType.get()),
          Types.NestedField.optional(8, "clock", Types.TimeType.get()),
          Types.NestedField.optional(9, "at", Types.TimestampType.withZone()),
          Types.NestedField.optional(10, "local", Types.TimestampType.withoutZone()),
          Types.NestedField.optional(11, "small", Types.DecimalType.of(9, 2)),
          Types.NestedField.optional(12, "large", Types.DecimalType.of(30, 5)),
          Types.NestedField.optional(13, "bytes", Types.BinaryType.get()),
          Types.NestedField.optional(14, "fixed", Types.FixedType.ofLength(4)),
          Types.NestedField.optional(15, "uuid", Types.UUIDType.get()),
          Types.NestedField.optional(
              16,
              "nested",
              Types.StructType.of(
                  Types.NestedField.optional(17, "inner", Types.LongType.get()),
                  Types.NestedField.optional(
                      18, "list", Types.ListType.ofOptional(19, Types.IntegerType.get())))));

  @TempDir Path root;
  private Partition partition;
  private Table table;

  private void makeTable(Schema schema) throws IOException {
    partition = TestGenerations.partition(root);
    table = TestGenerations.create(partition, "table", schema, "2").table();
    Files.write(partition.cursorFile(), CursorCodec.formatFirst(TestGenerations.name("table")));
  }

  private VerifyReport full() throws IOException {
    return Verifies.full(new LocalDisk(), root);
  }

  private static Record row(Random random, long id) {
    Record row = GenericRecord.create(EVERY_TYPE);
    row.setField("id", id);
    List<Object> values =
        List.of(
            "text " + random.nextInt(),
            random.nextInt(),
            random.nextInt(9) == 0 ? Float.NaN : random.nextFloat() - 0.5f,
            random.nextInt(9) == 0 ? -0.0 : random.nextGaussian(),
            random.nextBoolean(),
            LocalDate.ofEpochDay(random.nextInt(40_000) - 20_000),
            LocalTime.ofSecondOfDay(random.nextInt(86_400)),
            Instant.ofEpochSecond(random.nextInt()).atOffset(ZoneOffset.UTC),
            LocalDateTime.ofEpochSecond(random.nextInt(), 1000, ZoneOffset.UTC),
            BigDecimal.valueOf(random.nextInt(1_000_000) - 500_000, 2),
            new BigDecimal(new java.math.BigInteger(80, random).negate(), 5),
            ByteBuffer.wrap(
                ("b" + random.nextInt()).getBytes(java.nio.charset.StandardCharsets.UTF_8)),
            new byte[] {(byte) random.nextInt(), 0, 1, 2},
            new UUID(random.nextLong(), random.nextLong()));
    for (int i = 0; i < values.size(); i++) {
      if (random.nextInt(5) > 0) {
        row.set(i + 1, values.get(i));
      }
    }
    Record nested = GenericRecord.create(EVERY_TYPE.findType("nested").asStructType());
    nested.setField("inner", random.nextLong());
    nested.setField("list", new ArrayList<>(List.of(1, random.nextInt())));
    row.setField("nested", random.nextInt(4) == 0 ? null : nested);
    return row;
  }

  @Test
  void everyTypeThatIcebergWritesLiesWithinItsBounds() throws IOException {
    makeTable(EVERY_TYPE);
    Random random = new Random(7);
    for (int file = 0; file < 3; file++) {
      List<Record> rows = new ArrayList<>();
      for (int i = 0; i < 2000; i++) {
        rows.add(row(random, i));
      }
      TestGenerations.append(table, file + ".parquet", rows);
    }

    VerifyReport report = full();

    assertThat(Verifies.trouble(report)).isEmpty();
    assertThat(Verifies.findings(report)).isEmpty();
    assertThat(report.partitions().get(0).rows()).isEqualTo(6000);
  }

  /** Appends rows with ids 100 to 199 under metrics that were tampered with. */
  private void appendWith(
      Map<Integer, ByteBuffer> lower, Map<Integer, ByteBuffer> upper, Map<Integer, Long> nulls)
      throws IOException {
    DataFile file = TestGenerations.write(table, "x.parquet", TestGenerations.rows(100, 200));
    Map<Integer, ByteBuffer> lowerBounds = new HashMap<>(file.lowerBounds());
    lowerBounds.putAll(lower);
    Map<Integer, ByteBuffer> upperBounds = new HashMap<>(file.upperBounds());
    upperBounds.putAll(upper);
    Map<Integer, Long> nullCounts = new HashMap<>(file.nullValueCounts());
    nullCounts.putAll(nulls);
    Metrics metrics =
        new Metrics(
            file.recordCount(),
            file.columnSizes(),
            file.valueCounts(),
            nullCounts,
            null,
            lowerBounds,
            upperBounds);
    DataFile changed =
        DataFiles.builder(PartitionSpec.unpartitioned()).copy(file).withMetrics(metrics).build();
    table.newFastAppend().appendFile(changed).commit();
  }

  private static ByteBuffer bound(long id) {
    return Conversions.toByteBuffer(Types.LongType.get(), id);
  }

  private static ByteBuffer bound(String name) {
    return Conversions.toByteBuffer(Types.StringType.get(), name);
  }

  @Test
  void boundThatAValueLiesOutsideOfIsDamageThatOnlyTheFullCheckSees() throws IOException {
    makeTable(TestGenerations.SCHEMA);
    appendWith(Map.of(1, bound(101)), Map.of(2, bound("name-3")), Map.of());

    assertThat(Verifies.trouble(Verifies.quick(new LocalDisk(), root))).isEmpty();
    VerifyReport report = full();

    assertThat(Verifies.findings(report)).hasSize(2);
    Finding lower = Verifies.findings(report).get(0);
    assertThat(lower.severity()).isEqualTo(Severity.DAMAGE);
    assertThat(lower.expected()).isEqualTo("values of column id from 101, as its manifest says");
    assertThat(lower.found()).isEqualTo("100");
    assertThat(lower.consequence()).contains("a query may leave its 100 rows out");
    assertThat(lower.rows()).hasValue(100);
    assertThat(Verifies.findings(report).get(1).expected()).contains("name up to name-3");
  }

  @Test
  void boundsThatAreWiderThanTheValuesAreRight() throws IOException {
    makeTable(TestGenerations.SCHEMA);
    appendWith(
        Map.of(1, bound(0), 2, bound("n")), Map.of(1, bound(10_000), 2, bound("nb")), Map.of());

    assertThat(Verifies.trouble(full())).isEmpty();
  }

  @Test
  void nullCountThatWouldHideAColumnIsDamage() throws IOException {
    makeTable(TestGenerations.SCHEMA);
    appendWith(Map.of(), Map.of(), Map.of(2, 100L));

    assertThat(Verifies.trouble(full()))
        .anyMatch(line -> line.startsWith("damage") && line.endsWith(": 33 in the footer"));
  }

  @Test
  void rowsOfAnotherPartitionTupleAreDamage() throws IOException {
    Path cache = FieldCaches.unpack("partitioned", root);
    CacheDirectory directory = new CacheDirectory(new LocalDisk(), cache);
    Partition messages = directory.partitions("ai_gateway_messages").get(0);
    Live live = (Live) new PartitionInspector(new LocalDisk()).inspect(messages);
    Generation generation = live.generation();
    List<FileScanTask> tasks = generation.liveFiles();
    DataFile one = tasks.get(0).file();
    DataFile other =
        tasks.stream()
            .map(FileScanTask::file)
            .filter(file -> !file.partition().equals(one.partition()))
            .findFirst()
            .orElseThrow();
    DataFile wrong =
        DataFiles.builder(tasks.get(0).spec()).copy(one).withPartition(other.partition()).build();
    generation.table().newOverwrite().deleteFile(one).addFile(wrong).commit();

    assertThat(Verifies.trouble(Verifies.quick(new LocalDisk(), cache))).isEmpty();
    assertThat(Verifies.findings(Verifies.full(new LocalDisk(), cache)))
        .filteredOn(finding -> finding.severity() == Severity.DAMAGE)
        .isNotEmpty()
        .allMatch(finding -> finding.expected().startsWith("partition "))
        .anyMatch(finding -> finding.found().startsWith("a row of "));
  }

  @Test
  void bitThatIsFlippedInAPageIsNamedWithColumnAndPlace() throws IOException {
    makeTable(TestGenerations.SCHEMA);
    DataFile file = TestGenerations.append(table, "0.parquet", TestGenerations.rows(0, 1000));
    Path path = partition.directory().resolve("table/data/0.parquet");
    byte[] bytes = Files.readAllBytes(path);
    bytes[400] ^= 4;
    Files.write(path, bytes);

    assertThat(Verifies.trouble(Verifies.quick(new LocalDisk(), root))).isEmpty();
    assertThat(Verifies.findings(full()))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.expected()).startsWith("column id that decodes");
              assertThat(finding.found()).matches("row group 0, at byte 4: .*checksum.*");
              assertThat(finding.rows()).hasValue(file.recordCount());
            });
  }

  @Test
  void progressReachesTheBytesOfTheFiles() throws IOException {
    Path cache = FieldCaches.unpack("source-table-fresh", root);
    long[] last = {0, 0};
    new CacheVerifier(
            new LocalDisk(),
            new CacheDirectory(new LocalDisk(), cache),
            MaintenanceConfig.defaults(),
            InstantSource.system())
        .verify(
            List.of("otel_events"),
            true,
            new VerifyListener() {
              @Override
              public void progress(Partition of, long bytesDone, long bytesTotal) {
                assertThat(bytesDone).isBetween(0L, bytesTotal);
                last[0] = bytesDone;
                last[1] = bytesTotal;
              }
            });

    assertThat(last[1]).isEqualTo(76_201);
    assertThat(last[0]).isEqualTo(last[1]);
  }

  @Test
  void columnChunkThatIsLargerThanTheHeapIsCheckedPageByPage() throws Exception {
    makeTable(TestGenerations.SCHEMA);
    DataFile file = largeFile(80);
    table.newFastAppend().appendFile(file).commit();
    assertThat(file.fileSizeInBytes()).isGreaterThan(80L << 20);
    assertThat(
            ParquetFile.read(
                    new LocalDisk(), partition.directory().resolve("table/data/large.parquet"))
                .rowGroups())
        .hasSize(1);
    Path log = root.resolve("child.log");

    Process child =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-Xmx64m",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                FullVerifyTest.class.getName(),
                root.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();

    assertThat(child.waitFor(10, TimeUnit.MINUTES)).isTrue();
    assertThat(Files.readString(log)).endsWith("rows 80, trouble []\n");
    assertThat(child.exitValue()).isZero();
  }

  /** One row group with rows of 1 MB that do not compress, each on its own page. */
  private DataFile largeFile(int rows) throws IOException {
    Random random = new Random(1);
    Path path = partition.directory().resolve("table/data/large.parquet");
    MessageType type =
        MessageTypeParser.parseMessageType(
            "message table { required int64 id = 1; optional binary name (STRING) = 2; }");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new ParquetOutput(new LocalDisk(), path))
            .withConf(new PlainParquetConfiguration())
            .withType(type)
            .withRowGroupSize(1L << 30)
            .withMinRowCountForPageSizeCheck(1)
            .withDictionaryEncoding(false)
            .withCompressionCodec(CompressionCodecName.SNAPPY)
            .build()) {
      byte[] text = new byte[1 << 20];
      for (long id = 0; id < rows; id++) {
        for (int i = 0; i < text.length; i++) {
          text[i] = (byte) (1 + random.nextInt(127));
        }
        Group row = new SimpleGroup(type);
        row.add("id", id);
        row.add("name", Binary.fromConstantByteArray(text.clone()));
        writer.write(row);
      }
    }
    String location = table.location() + "/data/large.parquet";
    return DataFiles.builder(PartitionSpec.unpartitioned())
        .withPath(location)
        .withFormat(FileFormat.PARQUET)
        .withFileSizeInBytes(Files.size(path))
        .withMetrics(
            ParquetUtil.fileMetrics(table.io().newInputFile(location), MetricsConfig.getDefault()))
        .build();
  }

  /** The child of the test above. */
  public static void main(String[] arguments) throws IOException {
    VerifyReport report = Verifies.full(new LocalDisk(), Path.of(arguments[0]));
    System.out.println(
        "rows " + report.partitions().get(0).rows() + ", trouble " + Verifies.trouble(report));
  }
}
