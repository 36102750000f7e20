package dev.firn.core.rows;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.plain.SmallFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.types.Types;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is gathered from small files is what is in them, in their order. */
class SmallFilesTest {
  private static final long MUCH = 1L << 40;
  private static final Schema SCHEMA =
      new Schema(
          optional(1, "n", Types.LongType.get()),
          optional(2, "text", Types.StringType.get()),
          optional(3, "_rescued", Types.StringType.get()));

  private static final int STEP = Boolean.getBoolean("firn.soak") ? 1 : 37;

  @TempDir Path directory;
  private Path target;
  private RowFiles files;
  private int made;

  @BeforeEach
  void open() throws IOException {
    files = new RowFiles(directory);
    target = Files.createDirectory(directory.resolve("gathered"));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void theRowsAreTheSameInTheSameOrderOfWhateverWriter(long seed) throws Exception {
    Random random = new Random(seed);
    Schema schema = FlatRows.schema(random);
    List<Path> small = new ArrayList<>();
    List<ObjectNode> rows = new ArrayList<>();
    try (ExchangeEncoder flat = new ExchangeEncoder();
        ExchangeEncoder usual = new ExchangeEncoder(-1)) {
      for (int i = 0; i < 40; i++) {
        List<ObjectNode> some = FlatRows.rows(random, schema, 1 + random.nextInt(60));
        ExchangeEncoder encoder = random.nextBoolean() ? flat : usual;
        Path path = files.write(encoder, schema, SortOrder.unsorted(), some).path();
        small.add(path);
        rows.addAll(files.read(path, schema));
      }
    }

    List<Path> gathered = gather(small, MUCH);

    assertThat(gathered).hasSizeLessThan(5);
    assertThat(read(gathered, schema)).isEqualTo(rows);
    assertThat(differences(small, gathered)).isZero();
  }

  /** Rows that DuckDB finds in one of them and not in the other. */
  private static long differences(List<Path> some, List<Path> others) throws SQLException {
    String query =
        """
        SELECT count(*) FROM (
          (FROM read_parquet([%1$s]) EXCEPT ALL FROM read_parquet([%2$s]))
          UNION ALL (FROM read_parquet([%2$s]) EXCEPT ALL FROM read_parquet([%1$s])))
        """
            .formatted(list(some), list(others));
    try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckDb.createStatement();
        ResultSet counted = statement.executeQuery(query)) {
      assertThat(counted.next()).isTrue();
      return counted.getLong(1);
    }
  }

  private static String list(List<Path> paths) {
    return paths.stream().map(path -> "'" + path + "'").collect(Collectors.joining(", "));
  }

  @Test
  void whatIsNotAsItLandsStaysAsItIsInItsPlace() throws IOException {
    List<Path> all = new ArrayList<>();
    all.addAll(landed(20, SCHEMA));
    List<Path> unusual =
        List.of(
            foreign("message a { optional int64 n = 1; }", CompressionCodecName.SNAPPY, 1, 1),
            foreign("message a { optional int64 n = 1; }", CompressionCodecName.ZSTD, 2, 1),
            foreign("message a { repeated int64 n = 1; }", CompressionCodecName.ZSTD, 1, 1),
            foreign(
                "message a { optional group g = 1 { optional int64 n = 2; } }",
                CompressionCodecName.ZSTD,
                1,
                1),
            foreign("message a { optional int64 n = 1; }", CompressionCodecName.ZSTD, 1, 30_000),
            Files.write(directory.resolve("short.parquet"), new byte[] {'P', 'A', 'R', '1'}),
            directory.resolve("none.parquet"));
    all.addAll(unusual);
    all.addAll(landed(20, SCHEMA));
    all.add(unusual.get(0));
    all.addAll(landed(3, SCHEMA));

    List<Path> gathered = gather(all, MUCH);

    assertThat(gathered).hasSize(1 + unusual.size() + 1 + 4);
    assertThat(gathered.get(0)).hasParent(target);
    assertThat(gathered.subList(1, 8)).isEqualTo(unusual);
    assertThat(gathered.get(8)).hasParent(target);
    assertThat(gathered.subList(9, 13)).isEqualTo(all.subList(all.size() - 4, all.size()));
    assertThat(rows(gathered.get(0)) + rows(gathered.get(8))).isEqualTo(40);
  }

  @Test
  void filesOfAnotherSchemaBeginAnotherFile() throws IOException {
    Schema wider =
        new Schema(
            optional(1, "n", Types.LongType.get()),
            optional(2, "text", Types.StringType.get()),
            optional(4, "more", Types.DoubleType.get()),
            optional(3, "_rescued", Types.StringType.get()));
    List<Path> all = new ArrayList<>(landed(30, SCHEMA));
    all.addAll(landed(30, wider));
    List<ObjectNode> rows = read(all, wider);

    List<Path> gathered = gather(all, MUCH);

    assertThat(gathered).hasSize(2);
    assertThat(read(gathered, wider)).isEqualTo(rows).hasSize(60);
  }

  @Test
  void moreThanARowGroupIsWrittenPieceByPieceAndNoMoreThanIsAllowed() throws IOException {
    String text = "x".repeat(50_000);
    List<Path> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      String distinct = "{\"n\":%d,\"text\":\"%d %s\"}".formatted(i, i, text);
      all.add(files.write(SCHEMA, SortOrder.unsorted(), RowFiles.rows(distinct)).path());
    }
    List<ObjectNode> rows = read(all, SCHEMA);

    List<Path> gathered = gather(all, MUCH);
    assertThat(gathered).hasSize(1);
    assertThat(read(gathered, SCHEMA)).isEqualTo(rows);
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(gathered.get(0)))) {
      assertThat(reader.getFooter().getBlocks()).hasSize(3);
    }

    List<Path> limited = gather(all, 5_000_000);
    assertThat(limited).hasSizeBetween(90, 110);
    assertThat(Files.size(limited.get(0))).isBetween(5_000_000L, 5_100_000L);
    assertThat(read(limited, SCHEMA)).isEqualTo(rows);
  }

  @Test
  void aFlippedBitOrALostEndNeverChangesHowManyRowsThereAreNorDoesItFail() throws IOException {
    List<Path> others = landed(16, SCHEMA);
    String json =
        "[" + "{\"n\":7,\"text\":\"a text that comes again and again\"},".repeat(60) + "{}]";
    Path file = files.write(SCHEMA, SortOrder.unsorted(), RowFiles.rows(json)).path();
    byte[] whole = Files.readAllBytes(file);
    Path damaged = directory.resolve("damaged.parquet");
    List<Path> all = new ArrayList<>(others);
    all.add(damaged);
    int left = 0;
    for (int bit = 0; bit < whole.length * 8; bit += STEP) {
      byte[] bytes = whole.clone();
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(damaged, bytes);
      List<Path> gathered = gather(all, MUCH);
      left += gathered.size() - 1;
      assertThat(gathered).hasSizeBetween(1, 2);
      assertThat(rows(gathered.get(0))).as("bit %s", bit).isEqualTo(gathered.size() == 1 ? 77 : 16);
    }
    assertThat(left).isGreaterThan(1000 / STEP);
    for (int length = 0; length < whole.length; length += STEP) {
      Files.write(damaged, Arrays.copyOf(whole, length));
      assertThat(gather(all, MUCH)).as("%s bytes", length).hasSize(2).endsWith(damaged);
    }
  }

  private static long rows(Path path) throws IOException {
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(path))) {
      return reader.getRecordCount();
    }
  }

  private List<Path> gather(List<Path> all, long mostBytes) throws IOException {
    LocalDisk disk = new LocalDisk();
    try (SmallFiles small =
        new SmallFiles(disk, disk, () -> target.resolve("" + ++made), mostBytes)) {
      return small.gather(all);
    }
  }

  private List<ObjectNode> read(List<Path> paths, Schema schema) throws IOException {
    List<ObjectNode> rows = new ArrayList<>();
    for (Path path : paths) {
      rows.addAll(files.read(path, schema));
    }
    return rows;
  }

  private List<Path> landed(int count, Schema schema) throws IOException {
    List<Path> landed = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String json = "{\"n\":%d,\"text\":\"%s\"}".formatted(i, "t".repeat(i));
      landed.add(files.write(schema, SortOrder.unsorted(), RowFiles.rows(json)).path());
    }
    return landed;
  }

  private Path foreign(String schema, CompressionCodecName codec, int version, int rows)
      throws IOException {
    MessageType message = MessageTypeParser.parseMessageType(schema);
    Path path = directory.resolve("foreign" + ++made + ".parquet");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(path))
            .withType(message)
            .withCompressionCodec(codec)
            .withWriterVersion(version == 1 ? WriterVersion.PARQUET_1_0 : WriterVersion.PARQUET_2_0)
            .build()) {
      for (long i = 0; i < rows; i++) {
        SimpleGroup group = new SimpleGroup(message);
        if (message.getType(0).isPrimitive()) {
          group.add(0, i * 7_919 % 1_000_003);
        } else {
          group.addGroup(0).add(0, i);
        }
        writer.write(group);
      }
    }
    return path;
  }
}
