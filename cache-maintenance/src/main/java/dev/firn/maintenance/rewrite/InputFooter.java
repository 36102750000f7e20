package dev.firn.maintenance.rewrite;

import dev.firn.core.disk.DiskReason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.VersionParser;
import org.apache.parquet.VersionParser.ParsedVersion;
import org.apache.parquet.VersionParser.VersionParseException;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.format.converter.ParquetMetadataConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * What a rewrite keeps of an input's footer: where each column chunk lies and how much it holds, in
 * arrays, without statistics and key-value metadata. Some 2 KB for a row group of 60 columns, where
 * the footer itself may hold minima and maxima of any size.
 */
final class InputFooter {
  private static final ParquetReadOptions WHOLE =
      ParquetReadOptions.builder(new PlainParquetConfiguration()).build();
  private static final ParquetReadOptions SCHEMA_ONLY =
      ParquetReadOptions.builder(new PlainParquetConfiguration())
          .withMetadataFilter(ParquetMetadataConverter.SKIP_ROW_GROUPS)
          .build();

  private static final int RETAINED_BYTES_A_COLUMN = 3 * Long.BYTES + 4 * Integer.BYTES;

  private final InputSchema schema;
  private final @Nullable ParsedVersion writerVersion;
  private final List<RowGroup> rowGroups;

  InputFooter(InputSchema schema, @Nullable ParsedVersion writerVersion, List<RowGroup> rowGroups) {
    this.schema = schema;
    this.writerVersion = writerVersion;
    this.rowGroups = List.copyOf(rowGroups);
  }

  InputSchema schema() {
    return schema;
  }

  @Nullable ParsedVersion writerVersion() {
    return writerVersion;
  }

  List<RowGroup> rowGroups() {
    return rowGroups;
  }

  /**
   * One row group; columns are numbered as in {@link InputSchema#leaves}.
   *
   * @param firstRow its first row's position in the file
   * @param encodedBytes all its pages before compression
   * @param starts where each chunk starts, its dictionary page included
   * @param averageValueBytes see {@link PageScan.ChunkSize}
   */
  @SuppressWarnings("ArrayRecordComponent")
  record RowGroup(
      long firstRow,
      long rows,
      long encodedBytes,
      long[] starts,
      long[] sizes,
      long[] valueCounts,
      int[] averageValueBytes,
      CompressionCodecName[] codecs) {

    Chunk chunk(int column) {
      return new Chunk(starts[column], sizes[column], valueCounts[column], codecs[column]);
    }

    /** About the memory that this takes. */
    long retainedBytes() {
      return (long) RETAINED_BYTES_A_COLUMN * starts.length;
    }
  }

  /**
   * Where a column chunk lies.
   *
   * @param start its first page header
   * @param values how many it holds, nulls included
   */
  record Chunk(long start, long size, long values, CompressionCodecName codec) {}

  /**
   * Reads the schema of an input alone.
   *
   * @param known those of the other inputs
   * @throws UnreadableInputException whatever is wrong with the file
   */
  static InputSchema readSchema(RewriteInput input, InputSchemas known)
      throws UnreadableInputException {
    try (SeekableInputStream stream = input.file().newStream()) {
      MessageType type =
          ParquetFileReader.readFooter(input.file(), SCHEMA_ONLY, stream)
              .getFileMetaData()
              .getSchema();
      requireFields(type);
      return known.shared(input.name(), type);
    } catch (IOException | RuntimeException e) {
      throw damaged(input, e);
    }
  }

  /** Nobody can write a group of nothing, but a flipped bit can make one. */
  private static void requireFields(GroupType group) throws IOException {
    if (group.getFieldCount() == 0) {
      throw new IOException("Group " + group.getName() + " has no fields");
    }
    for (Type field : group.getFields()) {
      if (!field.isPrimitive()) {
        requireFields(field.asGroupType());
      }
    }
  }

  private static UnreadableInputException damaged(RewriteInput input, Exception cause) {
    return new UnreadableInputException(
        input.name(), "Footer or page headers are damaged: " + DiskReason.of(cause), cause);
  }

  /**
   * Reads the footer and the page headers of an input.
   *
   * @param known those of all inputs
   * @throws UnreadableInputException whatever is wrong with the file
   * @throws UnsupportedRewriteException if its pages are compressed in a way that is not known
   */
  static InputFooter read(RewriteInput input, InputSchemas known)
      throws UnreadableInputException, UnsupportedRewriteException {
    try (SeekableInputStream stream = input.file().newStream()) {
      ParquetMetadata footer = ParquetFileReader.readFooter(input.file(), WHOLE, stream);
      requireFields(footer.getFileMetaData().getSchema());
      InputSchema schema = known.known(footer.getFileMetaData().getSchema());
      PageScan scan = new PageScan(stream, input.file().getLength());
      List<RowGroup> rowGroups = new ArrayList<>(footer.getBlocks().size());
      long rows = 0;
      for (BlockMetaData block : footer.getBlocks()) {
        if (block.getRowCount() < 0) {
          throw new IOException("Row group of " + block.getRowCount() + " rows");
        }
        if (block.getRowCount() > 0) {
          requireSupported(input, block);
          rowGroups.add(rowGroup(block, rows, schema, scan, input.file().getLength()));
        }
        rows += block.getRowCount();
      }
      if (rows != input.rowCount()) {
        throw new UnreadableInputException(
            input.name(), "Footer says " + rows + " rows, the table says " + input.rowCount());
      }
      return new InputFooter(schema, version(footer.getFileMetaData().getCreatedBy()), rowGroups);
    } catch (UnreadableInputException | UnsupportedRewriteException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw damaged(input, e);
    }
  }

  /**
   * The writer's version, by which Parquet knows of old writers' defects; null if it is unknown.
   */
  private static @Nullable ParsedVersion version(@Nullable String createdBy) {
    if (createdBy == null) {
      return null;
    }
    try {
      return VersionParser.parse(createdBy);
    } catch (VersionParseException | RuntimeException e) {
      return null;
    }
  }

  private static void requireSupported(RewriteInput input, BlockMetaData block)
      throws UnsupportedRewriteException {
    for (ColumnChunkMetaData chunk : block.getColumns()) {
      if (!PageCodecs.SUPPORTED.contains(chunk.getCodec())) {
        throw new UnsupportedRewriteException(
            input.name(),
            chunk.getPath().toDotString(),
            "a codec that Firn has",
            chunk.getCodec().name());
      }
    }
  }

  private static RowGroup rowGroup(
      BlockMetaData block, long firstRow, InputSchema schema, PageScan scan, long fileLength)
      throws IOException {
    Map<ColumnPath, ColumnChunkMetaData> chunks = new HashMap<>();
    for (ColumnChunkMetaData chunk : block.getColumns()) {
      chunks.put(chunk.getPath(), chunk);
    }
    int columns = schema.leaves().size();
    long[] starts = new long[columns];
    long[] sizes = new long[columns];
    long[] valueCounts = new long[columns];
    int[] averageValueBytes = new int[columns];
    CompressionCodecName[] codecs = new CompressionCodecName[columns];
    long encodedBytes = 0;
    for (int i = 0; i < columns; i++) {
      ColumnDescriptor leaf = schema.leaves().get(i);
      ColumnChunkMetaData chunk = chunks.get(ColumnPath.get(leaf.getPath()));
      if (chunk == null) {
        throw new IOException("Row group lacks column " + String.join(".", leaf.getPath()));
      }
      starts[i] = chunk.getStartingPos();
      sizes[i] = chunk.getTotalSize();
      valueCounts[i] = chunk.getValueCount();
      codecs[i] = chunk.getCodec();
      if (starts[i] < 0 || sizes[i] < 0 || sizes[i] > fileLength - starts[i]) {
        throw new IOException(
            "Column " + String.join(".", leaf.getPath()) + " lies outside of the file");
      }
      PageScan.ChunkSize size = scan.measure(starts[i], starts[i] + sizes[i], valueCounts[i]);
      encodedBytes += size.encodedBytes();
      averageValueBytes[i] = size.averageValueBytes();
    }
    return new RowGroup(
        firstRow,
        block.getRowCount(),
        encodedBytes,
        starts,
        sizes,
        valueCounts,
        averageValueBytes,
        codecs);
  }
}
