package dev.firn.smoke.shape;

import dev.firn.core.disk.LocalDisk;
import dev.firn.core.disk.ParquetOutput;
import dev.firn.core.parquet.DistinctValuesWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.column.values.ValuesWriter;
import org.apache.parquet.column.values.factory.ValuesWriterFactory;
import org.apache.parquet.column.values.plain.BooleanPlainValuesWriter;
import org.apache.parquet.column.values.plain.PlainValuesWriter;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputCompressor;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;
import org.xerial.snappy.Snappy;

/**
 * Writes files the way the field's program does: data pages of version 2, Snappy, PLAIN, and
 * RLE_DICTIONARY where values repeat, minima and maxima cut at 16 bytes, no checksums.
 */
final class FieldFile {
  private static final int TRUNCATE_BYTES = 16;

  private final List<FieldColumn> columns;
  private final MessageType type;
  private final List<ColumnDescriptor> leaves;

  FieldFile(List<FieldColumn> columns, Schema schema) {
    this.columns = columns;
    this.type = ParquetSchemaUtil.convert(schema, "root");
    this.leaves = type.getColumns();
  }

  /** Writes an exchange of so many rows to a file that must not exist. */
  void write(Path file, FieldExchange exchange, int rows) throws IOException {
    ParquetFileWriter writer =
        new ParquetFileWriter(
            new ParquetOutput(new LocalDisk(), file),
            type,
            ParquetFileWriter.Mode.CREATE,
            128L << 20,
            0,
            TRUNCATE_BYTES,
            TRUNCATE_BYTES,
            false);
    writer.start();
    writer.startBlock(rows);
    ColumnChunkPageWriteStore pages =
        new ColumnChunkPageWriteStore(
            new SnappyPages(), type, HeapByteBufferAllocator.getInstance(), TRUNCATE_BYTES, false);
    ColumnWriteStore store = properties(rows).newColumnWriteStore(type, pages, pages);
    for (int i = 0; i < columns.size(); i++) {
      write(columns.get(i), store.getColumnWriter(leaves.get(i)), exchange, rows);
    }
    for (int row = 0; row < rows; row++) {
      store.endRecord();
    }
    store.flush();
    pages.flushToFileWriter(writer);
    store.close();
    pages.close();
    writer.endBlock();
    writer.end(Map.of());
  }

  private static ParquetProperties properties(int rows) {
    return ParquetProperties.builder()
        .withWriterVersion(WriterVersion.PARQUET_2_0)
        .withPageWriteChecksumEnabled(false)
        .withStatisticsTruncateLength(TRUNCATE_BYTES)
        .withSizeStatisticsEnabled(false)
        .withPageRowCountLimit(rows + 1)
        .withMinRowCountForPageSizeCheck(rows + 1)
        .withMaxRowCountForPageSizeCheck(rows + 1)
        .withValuesWriterFactory(new PlainOrDictionary())
        .build();
  }

  @SuppressWarnings("ReferenceEquality")
  private static void write(
      FieldColumn column, ColumnWriter writer, FieldExchange exchange, int rows) {
    int defined = column.required() ? 0 : 1;
    byte[] last = null;
    Binary lastBinary = Binary.EMPTY;
    for (int row = 0; row < rows; row++) {
      @Nullable Object value = column.values().at(exchange, row);
      if (value == null) {
        writer.writeNull(0, 0);
      } else if (value instanceof byte[] bytes) {
        if (bytes != last) {
          last = bytes;
          lastBinary = Binary.fromConstantByteArray(bytes);
        }
        writer.write(lastBinary, 0, defined);
      } else if (value instanceof Integer number) {
        writer.write(number, 0, defined);
      } else if (value instanceof Long number) {
        writer.write(number, 0, defined);
      } else if (value instanceof Double number) {
        writer.write(number, 0, defined);
      } else if (value instanceof Boolean truth) {
        writer.write(truth, 0, defined);
      } else {
        throw new AssertionError(value);
      }
    }
  }

  private static final class PlainOrDictionary implements ValuesWriterFactory {
    @Override
    public void initialize(ParquetProperties properties) {}

    @Override
    public ValuesWriter newValuesWriter(ColumnDescriptor column) {
      PrimitiveTypeName type = column.getPrimitiveType().getPrimitiveTypeName();
      if (type == PrimitiveTypeName.BINARY) {
        return new DistinctValuesWriter();
      }
      return type == PrimitiveTypeName.BOOLEAN
          ? new BooleanPlainValuesWriter()
          : new PlainValuesWriter(1024, 1 << 20, HeapByteBufferAllocator.getInstance());
    }
  }

  private static final class SnappyPages implements BytesInputCompressor {
    @Override
    public BytesInput compress(BytesInput page) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(Math.toIntExact(page.size()));
      page.writeAllTo(bytes);
      return BytesInput.from(Snappy.compress(bytes.toByteArray()));
    }

    @Override
    public CompressionCodecName getCodecName() {
      return CompressionCodecName.SNAPPY;
    }

    @Override
    public void release() {}
  }
}
