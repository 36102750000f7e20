package dev.firn.maintenance.rewrite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.inmemory.InMemoryInputFile;
import org.apache.iceberg.inmemory.InMemoryOutputFile;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.variants.Variant;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;

/**
 * Rewrites files in memory, and reads them row by row with Iceberg's generic reader, which shares
 * no code with the rewriter and resolves schemas in its own way.
 */
final class Rewrites {
  static final RewriteLimits LIMITS = new RewriteLimits(32 << 20, 100_000, 256L << 20, true);

  final Map<String, MemoryFile> outputs = new LinkedHashMap<>();
  final Schema schema;
  RewriteResult result;

  private Rewrites(Schema schema) {
    this.schema = schema;
  }

  static Rewrites rewrite(Schema schema, RewriteInput... inputs) throws IOException {
    return rewrite(schema, LIMITS, Arrays.asList(inputs));
  }

  static Rewrites rewrite(Schema schema, RewriteLimits limits, List<RewriteInput> inputs)
      throws IOException {
    return rewrite(schema, SortOrder.unsorted(), limits, inputs);
  }

  static Rewrites rewrite(
      Schema schema, SortOrder order, RewriteLimits limits, List<RewriteInput> inputs)
      throws IOException {
    Rewrites rewrites = new Rewrites(schema);
    rewrites.result =
        new FileRewriter(limits)
            .rewrite(
                schema,
                order,
                MetricsConfig.getDefault(),
                inputs,
                Map.of("k", "v"),
                rewrites::output);
    return rewrites;
  }

  private RewriteOutput output() {
    String name = "out-" + outputs.size();
    MemoryFile file = MemoryFile.empty();
    outputs.put(name, file);
    return new RewriteOutput(name, file, file);
  }

  /** The rows of all outputs, in order. */
  List<Object> rows() {
    List<Object> rows = new ArrayList<>();
    for (RewrittenFile file : result.files()) {
      rows.addAll(read(schema, outputs.get(file.name()).bytes()));
    }
    return rows;
  }

  ParquetMetadata footer(int file) {
    return footer(result.files().get(file));
  }

  ParquetMetadata footer(RewrittenFile file) {
    return footer(outputs.get(file.name()).bytes());
  }

  static RewriteInput input(String name, byte[] bytes, long... dropped) {
    return new RewriteInput(name, new MemoryFile(bytes), RowMask.of(dropped), rowCount(bytes));
  }

  static byte[] write(Schema schema, List<? extends Record> rows, String... properties) {
    InMemoryOutputFile file = new InMemoryOutputFile();
    Parquet.WriteBuilder builder =
        Parquet.write(file)
            .schema(schema)
            .createWriterFunc(type -> GenericParquetWriter.create(schema, type));
    for (int i = 0; i < properties.length; i += 2) {
      builder.set(properties[i], properties[i + 1]);
    }
    try (FileAppender<Record> appender = builder.build()) {
      rows.forEach(appender::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file.toByteArray();
  }

  /** The rows as values that can be compared. */
  static List<Object> read(Schema schema, byte[] bytes) {
    List<Object> rows = new ArrayList<>();
    try (CloseableIterable<Record> records =
        Parquet.read(new InMemoryInputFile(bytes))
            .project(schema)
            .createReaderFunc(type -> GenericParquetReaders.buildReader(schema, type))
            .build()) {
      records.forEach(record -> rows.add(comparable(record)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  /** What is left of rows when some are dropped. */
  static List<Object> without(List<Object> rows, RowMask mask) {
    List<Object> kept = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      if (!mask.isDropped(i)) {
        kept.add(rows.get(i));
      }
    }
    return kept;
  }

  static Object comparable(Object value) {
    if (value instanceof Record record) {
      List<Object> fields = new ArrayList<>();
      for (int i = 0; i < record.size(); i++) {
        fields.add(comparable(record.get(i)));
      }
      return fields;
    }
    if (value instanceof List<?> list) {
      return list.stream().map(Rewrites::comparable).toList().toString();
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> sorted = new TreeMap<>();
      map.forEach(
          (k, v) -> sorted.put(String.valueOf(comparable(k)), String.valueOf(comparable(v))));
      return sorted;
    }
    if (value instanceof ByteBuffer buffer) {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.duplicate().get(bytes);
      return HexFormat.of().formatHex(bytes);
    }
    if (value instanceof byte[] bytes) {
      return HexFormat.of().formatHex(bytes);
    }
    if (value instanceof Variant variant) {
      ByteBuffer bytes =
          ByteBuffer.allocate(variant.metadata().sizeInBytes() + variant.value().sizeInBytes())
              .order(ByteOrder.LITTLE_ENDIAN);
      variant.metadata().writeTo(bytes, 0);
      variant.value().writeTo(bytes, variant.metadata().sizeInBytes());
      return HexFormat.of().formatHex(bytes.array());
    }
    return value;
  }

  static long rowCount(byte[] bytes) {
    return footer(bytes).getBlocks().stream().mapToLong(block -> block.getRowCount()).sum();
  }

  static Set<Encoding> encodings(byte[] file) {
    Set<Encoding> encodings = EnumSet.noneOf(Encoding.class);
    for (BlockMetaData block : footer(file).getBlocks()) {
      block.getColumns().forEach(chunk -> encodings.addAll(chunk.getEncodings()));
    }
    return encodings;
  }

  static ParquetMetadata footer(byte[] bytes) {
    try (ParquetFileReader reader = reader(bytes)) {
      return reader.getFooter();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ParquetFileReader reader(byte[] bytes) throws IOException {
    return ParquetFileReader.open(
        new MemoryFile(bytes), ParquetReadOptions.builder(new PlainParquetConfiguration()).build());
  }
}
