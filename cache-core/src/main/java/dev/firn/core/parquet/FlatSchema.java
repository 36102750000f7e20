package dev.firn.core.parquet;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.Util;
import org.apache.parquet.format.converter.ParquetMetadataConverter;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * What of a footer depends on the schema alone, as Parquet's own converter writes it: the bytes
 * before the number of rows, and those after the file's own metadata.
 */
final class FlatSchema {
  /** Told to readers; they look there for bugs of writers that they know. */
  private static final String CREATED_BY = "firn version 1";

  private static final int CREATED_BY_FIELD = 6;
  private static final int AFTER_KEY_VALUES = 1 << 4 | CompactThrift.BINARY;
  private static final int AFTER_ROW_GROUPS = 2 << 4 | CompactThrift.BINARY;

  /** No rows, no row groups, end of the struct: 16 00, 19 0c, 00. */
  private static final int EMPTY_END_BYTES = 5;

  private final MessageType message;
  private final byte[] head;
  private final byte[] tail;
  private final byte[][] names;

  FlatSchema(MessageType message) {
    this.message = message;
    List<ColumnDescriptor> leaves = message.getColumns();
    this.names = new byte[leaves.size()][];
    for (int i = 0; i < names.length; i++) {
      names[i] = leaves.get(i).getPath()[0].getBytes(StandardCharsets.UTF_8);
    }
    FileMetaData empty =
        new ParquetMetadataConverter()
            .toParquetMetadata(
                1,
                new ParquetMetadata(
                    new org.apache.parquet.hadoop.metadata.FileMetaData(
                        message, Map.of(), CREATED_BY),
                    List.of()));
    byte[] whole = bytes(empty);
    empty.unsetKey_value_metadata();
    empty.unsetCreated_by();
    empty.unsetColumn_orders();
    int headBytes = bytes(empty).length - EMPTY_END_BYTES;
    this.head = Arrays.copyOf(whole, headBytes);
    this.tail = Arrays.copyOfRange(whole, headBytes + EMPTY_END_BYTES - 1, whole.length);
    if (tail[0] != AFTER_ROW_GROUPS) {
      throw new AssertionError("field " + CREATED_BY_FIELD + " does not follow the row groups");
    }
    tail[0] = AFTER_KEY_VALUES;
  }

  private static byte[] bytes(FileMetaData metadata) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      Util.writeFileMetaData(metadata, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** True if every column is one leaf at the top, of a kind that {@link FlatColumn} takes. */
  static boolean isFlat(MessageType message) {
    return message.getFields().stream()
        .allMatch(
            field ->
                field.isPrimitive()
                    && field.asPrimitiveType().getPrimitiveTypeName() != PrimitiveTypeName.INT96);
  }

  MessageType message() {
    return message;
  }

  byte[] name(int leaf) {
    return names[leaf];
  }

  /** A footer up to its second field: version and schema. */
  byte[] head() {
    return head;
  }

  /** A footer from its sixth field on, where the fifth is there: writer and column orders. */
  byte[] tail() {
    return tail;
  }
}
