package dev.firn.maintenance.rewrite;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.types.Types;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sorts in a heap of 64 MB what is more than that when it is decoded: texts that differ from each
 * other at their end.
 */
final class SortMemoryTest {
  private static final int ROWS = 4_000;
  private static final int BATCH_BYTES = 8 << 20;

  @TempDir Path directory;

  /** A chunk that is a few megabytes encoded and 96 MB decoded. */
  @Test
  void columnThatIsLargerThanTheHeapIsSortedPartByPart() throws Exception {
    sortInSmallHeap("prefixes");
  }

  /** Each of 160 pages of a megabyte, in 40 inputs, holds a row of the last row group. */
  @Test
  void rowGroupOfAFewRowsOfEachPageHoldsNoPages() throws Exception {
    sortInSmallHeap("scattered");
  }

  private void sortInSmallHeap(String inputs) throws Exception {
    Path log = directory.resolve("log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                SortMemoryTest.class.getName(),
                inputs)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(process.waitFor(600, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    assertThat(Files.readString(log)).contains("sorted all rows");
  }

  public static void main(String[] arguments) throws IOException {
    Schema schema =
        new Schema(
            optional(1, "n", Types.LongType.get()), optional(2, "text", Types.StringType.get()));
    SortOrder order = SortOrder.builderFor(schema).withOrderId(1).asc("n").build();
    List<RewriteInput> inputs = new ArrayList<>();
    if (arguments[0].equals("prefixes")) {
      long[] numbers = LongStream.range(0, ROWS).map(row -> row * 7919L % ROWS).toArray();
      inputs.add(Rewrites.input("in", input(WriterVersion.PARQUET_2_0, 24_000, numbers)));
    } else {
      for (int i = 0; i < 40; i++) {
        int first = i * 400;
        long[] numbers =
            LongStream.range(first, first + 400)
                .map(n -> n % 100 == 50 ? n + 1_000_000 : n)
                .toArray();
        inputs.add(Rewrites.input("in-" + i, input(WriterVersion.PARQUET_1_0, 10_000, numbers)));
      }
    }
    MemoryFile output = MemoryFile.empty();
    RewriteResult result =
        new FileRewriter(new RewriteLimits(BATCH_BYTES, 1000, ROWS, 1L << 30, true))
            .rewrite(
                schema,
                order,
                MetricsConfig.getDefault(),
                inputs,
                Map.of(),
                () -> new RewriteOutput("out", output, output));
    long rows = inputs.stream().mapToLong(RewriteInput::rowCount).sum();
    if (result.files().size() != 1
        || !result.files().get(0).sorted()
        || result.files().get(0).rows() != rows) {
      throw new AssertionError(result);
    }
    System.out.println("sorted all rows");
  }

  private static byte[] input(WriterVersion version, int textBytes, long[] numbers)
      throws IOException {
    String prefix = "p".repeat(textBytes);
    MessageType type =
        MessageTypeParser.parseMessageType(
            "message m { optional int64 n = 1; optional binary text (STRING) = 2; }");
    MemoryFile file = MemoryFile.empty();
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(file)
            .withConf(new PlainParquetConfiguration())
            .withType(type)
            .withWriterVersion(version)
            .withDictionaryEncoding(false)
            .withCompressionCodec(CompressionCodecName.GZIP)
            .build()) {
      for (long number : numbers) {
        Group group = new SimpleGroup(type);
        group.add("n", number);
        group.add("text", prefix + number);
        writer.write(group);
      }
    }
    return file.bytes();
  }
}
