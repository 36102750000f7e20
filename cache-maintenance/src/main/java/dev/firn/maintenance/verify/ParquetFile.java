package dev.firn.maintenance.verify;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.ParquetInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/** A Parquet file whose footer is readable and fits together. */
final class ParquetFile {
  private static final ParquetReadOptions OPTIONS =
      ParquetReadOptions.builder(new PlainParquetConfiguration()).build();
  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);

  private final ParquetInput input;
  private final ParquetMetadata footer;
  private final List<Leaf> leaves;
  private final boolean beginsAsParquet;

  private ParquetFile(
      ParquetInput input, ParquetMetadata footer, List<Leaf> leaves, boolean beginsAsParquet) {
    this.input = input;
    this.footer = footer;
    this.leaves = List.copyOf(leaves);
    this.beginsAsParquet = beginsAsParquet;
  }

  /**
   * A leaf column.
   *
   * @param id its field id; null if it has none, as inside a variant
   * @param chunks one a row group
   */
  record Leaf(ColumnDescriptor column, @Nullable Integer id, List<ColumnChunkMetaData> chunks) {
    Leaf {
      chunks = List.copyOf(chunks);
    }

    String name() {
      return String.join(".", column.getPath());
    }

    /** One value or null a row, so that counts and bounds in manifests speak of it. */
    boolean isPlain() {
      return id != null && column.getMaxRepetitionLevel() == 0;
    }

    long values() {
      return chunks.stream().mapToLong(ColumnChunkMetaData::getValueCount).sum();
    }

    /** Nulls as the statistics tell; negative if they do not. */
    long nulls() {
      long nulls = 0;
      for (ColumnChunkMetaData chunk : chunks) {
        if (chunk.getStatistics() == null || !chunk.getStatistics().isNumNullsSet()) {
          return -1;
        }
        nulls += chunk.getStatistics().getNumNulls();
      }
      return nulls;
    }
  }

  /**
   * Reads the footer.
   *
   * @throws IOException or a runtime exception if it is damaged
   */
  static ParquetFile read(Disk disk, Path path) throws IOException {
    ParquetInput input = new ParquetInput(disk, path);
    long length = input.getLength();
    if (length < MAGIC.length) {
      throw new IOException(length + " bytes");
    }
    try (SeekableInputStream stream = input.newStream()) {
      byte[] start = new byte[MAGIC.length];
      stream.readFully(start);
      ParquetMetadata footer = ParquetFileReader.readFooter(input, OPTIONS, stream);
      return new ParquetFile(input, footer, leaves(footer, length), Arrays.equals(start, MAGIC));
    }
  }

  private static List<Leaf> leaves(ParquetMetadata footer, long length) throws IOException {
    List<Map<ColumnPath, ColumnChunkMetaData>> groups = new ArrayList<>();
    for (BlockMetaData block : footer.getBlocks()) {
      if (block.getRowCount() < 0) {
        throw new IOException("a row group of " + block.getRowCount() + " rows");
      }
      Map<ColumnPath, ColumnChunkMetaData> chunks = new HashMap<>();
      for (ColumnChunkMetaData chunk : block.getColumns()) {
        chunks.put(chunk.getPath(), chunk);
        long start = chunk.getStartingPos();
        if (start < 0 || chunk.getTotalSize() < 0 || chunk.getTotalSize() > length - start) {
          throw new IOException(
              "column " + chunk.getPath().toDotString() + " lies outside of the file");
        }
      }
      groups.add(chunks);
    }
    List<Leaf> leaves = new ArrayList<>();
    for (ColumnDescriptor column : footer.getFileMetaData().getSchema().getColumns()) {
      List<ColumnChunkMetaData> chunks = new ArrayList<>();
      for (Map<ColumnPath, ColumnChunkMetaData> group : groups) {
        ColumnChunkMetaData chunk = group.get(ColumnPath.get(column.getPath()));
        if (chunk == null) {
          throw new IOException("a row group lacks column " + String.join(".", column.getPath()));
        }
        chunks.add(chunk);
      }
      Type.ID id = column.getPrimitiveType().getId();
      leaves.add(new Leaf(column, id == null ? null : id.intValue(), chunks));
    }
    return leaves;
  }

  /** False if the first four bytes are not Parquet's; Firn reads it all the same. */
  boolean beginsAsParquet() {
    return beginsAsParquet;
  }

  List<Leaf> leaves() {
    return leaves;
  }

  /** The columns at the top, leaves or groups. */
  List<Type> columns() {
    return footer.getFileMetaData().getSchema().getFields();
  }

  List<BlockMetaData> rowGroups() {
    return footer.getBlocks();
  }

  long rows() {
    return footer.getBlocks().stream().mapToLong(BlockMetaData::getRowCount).sum();
  }

  @Nullable String createdBy() {
    return footer.getFileMetaData().getCreatedBy();
  }

  Map<String, String> keyValues() {
    return footer.getFileMetaData().getKeyValueMetaData();
  }

  SeekableInputStream open() throws IOException {
    return input.newStream();
  }
}
