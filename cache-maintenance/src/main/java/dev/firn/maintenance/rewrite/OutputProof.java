package dev.firn.maintenance.rewrite;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.statistics.SizeStatistics;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.SeekableInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Opens a finished output again and compares it with what was put into it: schema, rows, entries
 * and nulls of each column as its footer tells them and, if they were hashed, the entries
 * themselves; and, if it is to be sorted, the order of its rows.
 */
final class OutputProof {
  private static final ParquetReadOptions WHOLE =
      ParquetReadOptions.builder(new PlainParquetConfiguration()).build();

  private final String name;
  private final SchemaResolver.Resolved resolved;
  private final ColumnTally tally;

  private OutputProof(String name, SchemaResolver.Resolved resolved, ColumnTally tally) {
    this.name = name;
    this.resolved = resolved;
    this.tally = tally;
  }

  /**
   * @return the footer as it was read
   * @throws ProofFailedException if anything differs or the file cannot be read
   */
  static ParquetMetadata check(
      RewriteOutput output,
      SchemaResolver.Resolved resolved,
      ColumnTally tally,
      long rows,
      CompressionCodecFactory codecs)
      throws ProofFailedException {
    OutputProof proof = new OutputProof(output.name(), resolved, tally);
    try (SeekableInputStream stream = output.readBack().newStream()) {
      ParquetMetadata footer = ParquetFileReader.readFooter(output.readBack(), WHOLE, stream);
      proof.checkFooter(footer, rows);
      if (tally.hashed()) {
        for (int i = 0; i < resolved.leaves().size(); i++) {
          proof.checkContent(footer, stream, i, codecs);
        }
      }
      return footer;
    } catch (ProofFailedException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new ProofFailedException(output.name(), "cannot be read back", e);
    }
  }

  private void checkFooter(ParquetMetadata footer, long rows) throws ProofFailedException {
    check("schema", resolved.output(), footer.getFileMetaData().getSchema());
    check("rows", rows, footer.getBlocks().stream().mapToLong(BlockMetaData::getRowCount).sum());
    for (int i = 0; i < resolved.leaves().size(); i++) {
      ColumnDescriptor leaf = resolved.leaves().get(i);
      long values = 0;
      long nulls = 0;
      boolean nullsKnown = true;
      for (BlockMetaData block : footer.getBlocks()) {
        ColumnChunkMetaData chunk = block.getColumns().get(i);
        check("column at " + i, leaf.getPath(), chunk.getPath().toArray());
        values += chunk.getValueCount();
        long chunkNulls = nulls(chunk, leaf);
        nulls += Math.max(0, chunkNulls);
        nullsKnown &= chunkNulls >= 0;
      }
      check("values of column " + column(i), tally.values(i), values);
      if (nullsKnown) {
        check("nulls of column " + column(i), tally.nulls(i), nulls);
      }
    }
  }

  /** As the statistics or else the levels' histogram tell; negative if neither is there. */
  private static long nulls(ColumnChunkMetaData chunk, ColumnDescriptor leaf) {
    if (leaf.getMaxDefinitionLevel() == 0) {
      return 0;
    }
    Statistics<?> statistics = chunk.getStatistics();
    if (statistics != null && statistics.isNumNullsSet()) {
      return statistics.getNumNulls();
    }
    SizeStatistics sizes = chunk.getSizeStatistics();
    List<Long> levels =
        sizes != null && sizes.isValid() ? sizes.getDefinitionLevelHistogram() : List.of();
    return levels.size() == leaf.getMaxDefinitionLevel() + 1
        ? levels.stream().limit(leaf.getMaxDefinitionLevel()).mapToLong(Long::longValue).sum()
        : -1;
  }

  private void checkContent(
      ParquetMetadata footer,
      SeekableInputStream stream,
      int column,
      CompressionCodecFactory codecs)
      throws IOException {
    ColumnHash hash = new ColumnHash();
    TripletBlock block = new TripletBlock(resolved.leaves().get(column));
    long nulls = 0;
    for (BlockMetaData group : footer.getBlocks()) {
      try (TripletSource source = entries(group, stream, column, codecs)) {
        while (source.fill(block)) {
          hash.add(block);
          for (int j = 0; j < block.size; j++) {
            nulls += block.definitions[j] < block.maxDefinition ? 1 : 0;
          }
        }
      }
    }
    check("nulls of column " + column(column), tally.nulls(column), nulls);
    check(
        "hash of column " + column(column),
        Long.toHexString(tally.hash(column)),
        Long.toHexString(hash.value()));
  }

  /** A column of a row group as it stands in the file. */
  private TripletSource entries(
      BlockMetaData group, SeekableInputStream stream, int column, CompressionCodecFactory codecs)
      throws IOException {
    ColumnDescriptor leaf = resolved.leaves().get(column);
    LeafMapping asItIs =
        new LeafMapping(
            0,
            leaf.getMaxRepetitionLevel(),
            IntStream.rangeClosed(0, leaf.getMaxDefinitionLevel()).toArray(),
            ValueConversion.NONE,
            false,
            null);
    long rows = group.getRowCount();
    ColumnChunkMetaData found = group.getColumns().get(column);
    InputFooter.Chunk chunk =
        new InputFooter.Chunk(
            found.getStartingPos(), found.getTotalSize(), found.getValueCount(), found.getCodec());
    return new ColumnSource(
        name,
        column(column),
        ColumnChunkReader.open(stream, chunk, leaf, 0, null, codecs, () -> {}),
        asItIs,
        RowMask.none(),
        0,
        0,
        rows,
        rows);
  }

  /**
   * Decodes the sort columns again and compares the rows of the whole file, each with the one
   * before it.
   *
   * @param footer as {@link #check} returned it
   * @param maxBytes about what the keys of a row group may take
   * @return false if they take more, so that nothing is known of the order
   * @throws ProofFailedException if the file is not in order or cannot be read
   */
  static boolean checkOrder(
      RewriteOutput output,
      SchemaResolver.Resolved resolved,
      ParquetMetadata footer,
      SortColumns sort,
      long maxBytes,
      CompressionCodecFactory codecs)
      throws ProofFailedException {
    ColumnTally nothing = new ColumnTally(0, false);
    OutputProof proof = new OutputProof(output.name(), resolved, nothing);
    try (SeekableInputStream stream = output.readBack().newStream()) {
      return proof.checkOrder(footer, stream, sort, maxBytes, codecs);
    } catch (ProofFailedException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new ProofFailedException(output.name(), "cannot be read back", e);
    }
  }

  private boolean checkOrder(
      ParquetMetadata footer,
      SeekableInputStream stream,
      SortColumns sort,
      long maxBytes,
      CompressionCodecFactory codecs)
      throws IOException {
    @Nullable SortKeys last = null;
    for (int i = 0; i < footer.getBlocks().size(); i++) {
      BlockMetaData group = footer.getBlocks().get(i);
      @Nullable SortKeys keys =
          SortKeys.read(
              sort,
              resolved,
              group.getRowCount(),
              maxBytes,
              leaf -> entries(group, stream, leaf, codecs));
      if (keys == null) {
        return false;
      }
      if (!keys.isOrdered()) {
        throw new ProofFailedException(name, "order of row group " + i, "sorted", "unsorted");
      }
      if (last != null && last.compare(0, keys, 0) > 0) {
        throw new ProofFailedException(
            name, "first row of row group " + i, "not before the last of the one ahead", "before");
      }
      last = keys.only(keys.rows() - 1);
    }
    return true;
  }

  private String column(int index) {
    return String.join(".", resolved.leaves().get(index).getPath());
  }

  private void check(String subject, String[] expected, String[] found)
      throws ProofFailedException {
    check(subject, String.join(".", expected), String.join(".", found));
  }

  private void check(String subject, Object expected, Object found) throws ProofFailedException {
    if (!expected.equals(found)) {
      throw new ProofFailedException(name, subject, expected, found);
    }
  }
}
