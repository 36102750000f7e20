package dev.firn.smoke.shape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.firn.core.cache.Cache;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.disk.ParquetInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FieldShapeTest {
  private static final int EXCHANGES = 50;

  @TempDir Path directory;

  private List<Path> create(String name, int exchanges) throws IOException {
    Path root = directory.resolve(name);
    FieldPartition.create(root, exchanges);
    try (Stream<Path> files = Files.list(FieldPartition.data(root))) {
      return files.sorted().toList();
    }
  }

  private static List<ColumnChunkMetaData> chunks(Path file) throws IOException {
    try (ParquetFileReader reader =
        ParquetFileReader.open(new ParquetInput(new LocalDisk(), file))) {
      return reader.getFooter().getBlocks().get(0).getColumns();
    }
  }

  @Test
  void bytesAreSharedAmongColumnsAsInTheField() throws Exception {
    Map<String, Long> bytes = new HashMap<>();
    List<Path> files = create("cache", EXCHANGES);
    for (Path file : files) {
      for (ColumnChunkMetaData chunk : chunks(file)) {
        bytes.merge(chunk.getPath().toDotString(), chunk.getTotalSize(), Long::sum);
      }
    }
    double all = bytes.values().stream().mapToLong(Long::longValue).sum();
    Map<String, Double> percent = new HashMap<>();
    bytes.forEach((column, size) -> percent.put(column, 100 * size / all));

    assertThat(all / EXCHANGES / 1000).isCloseTo(372, within(25.0));
    assertThat(percent.get("content_text")).isCloseTo(49, within(3.0));
    assertThat(percent.get("tools")).isCloseTo(18, within(1.5));
    assertThat(percent.get("raw_frame")).isCloseTo(12.7, within(1.5));
    assertThat(percent.get("thinking_signature")).isCloseTo(6.6, within(1.0));
    assertThat(percent.get("system_text")).isCloseTo(2.1, within(0.5));
    assertThat(percent.get("_hyp_cache_row_id")).isCloseTo(1.8, within(0.4));
  }

  @Test
  void filesAreOfTheFormOfTheFields() throws Exception {
    for (ColumnChunkMetaData chunk : chunks(create("cache", 1).get(0))) {
      String column = chunk.getPath().toDotString();
      assertThat(chunk.getCodec()).isEqualTo(CompressionCodecName.SNAPPY);
      assertThat(chunk.getEncodingStats().usesV2Pages()).as(column).isTrue();
      boolean repeats = Set.of("tools", "system_text", "model", "provider").contains(column);
      if (repeats) {
        assertThat(chunk.getEncodings()).as(column).contains(Encoding.RLE_DICTIONARY);
      }
      if (column.equals("content_text") || column.equals("input_tokens")) {
        assertThat(chunk.getEncodings()).as(column).containsExactly(Encoding.PLAIN);
      }
    }
  }

  @Test
  void sameNumberIsTheSameBytesEverywhere() throws Exception {
    List<Path> first = create("first", 3);
    List<Path> second = create("second", 3);
    for (int i = 0; i < 3; i++) {
      assertThat(second.get(i)).hasSameBinaryContentAs(first.get(i));
    }
    assertThat(NarrowShape.exchange(7)).isEqualTo(NarrowShape.exchange(7));
  }

  @Test
  void fortyToolsAndSixtySystemTextsRepeat() {
    assertThat(distinct("tools"))
        .hasSize(40)
        .allSatisfy(text -> assertThat(text).hasSize(128 << 10));
    assertThat(distinct("system_text"))
        .hasSize(60)
        .allSatisfy(text -> assertThat(text).hasSize(12 << 10));
  }

  @Test
  void contentsOfExchangesHaveNothingInCommon() {
    Set<Object> numbers = new HashSet<>();
    for (int i = 0; i < 40; i++) {
      numbers.add(new FieldExchange(i).random().nextLong());
      FieldExchange exchange = new FieldExchange(i);
      for (int skipped = 0; skipped < 20; skipped++) {
        exchange.random().nextLong();
      }
      numbers.add(exchange.random().nextLong());
    }
    assertThat(numbers).as("no sequence is another one's, shifted").hasSize(80);
  }

  private static Set<String> distinct(String name) {
    FieldColumn column =
        new FieldShape().columns().stream().filter(c -> c.name().equals(name)).findFirst().get();
    Set<String> values = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      byte[] value = (byte[]) column.values().at(new FieldExchange(i), 0);
      values.add(new String(value, StandardCharsets.US_ASCII));
    }
    return values;
  }

  @Test
  void firnReadsEveryRow() throws Exception {
    create("cache", 3);
    Set<Object> ids = new HashSet<>();
    try (Cache cache = Cache.open(directory.resolve("cache"))) {
      cache.scan(
          FieldPartition.DATASET, (partition, row) -> ids.add(row.getField("_hyp_cache_row_id")));
    }
    assertThat(ids).hasSize(3 * FieldShape.ROWS);
  }
}
