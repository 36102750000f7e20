package dev.firn.maintenance.verify;

import java.io.IOException;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.apache.parquet.VersionParser;
import org.apache.parquet.VersionParser.ParsedVersion;
import org.apache.parquet.VersionParser.VersionParseException;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReaderImpl;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.jspecify.annotations.Nullable;

/**
 * Decodes every page of every column of a file, as a reader of all rows would, and compares what
 * comes out with what the footer says of it.
 *
 * <p>Holds one page of one column and its dictionary at a time, and for each column its least and
 * greatest value (with the page that it stands in).
 */
final class FileDecoder implements AutoCloseable {
  private final PageBytes bytes = new PageBytes();

  /** Hears of columns that are damaged. */
  interface Complaints {
    void damaged(String column, String found);
  }

  /**
   * What the columns hold.
   *
   * @param byId leaves that hold one value or null a row, by field id; without those that are
   *     damaged
   * @param checksums true if every page has one
   */
  record Decoded(Map<Integer, ColumnRange> byId, boolean checksums) {
    Decoded {
      byId = Collections.unmodifiableMap(new TreeMap<>(byId));
    }
  }

  /**
   * @param progress is told how many bytes were read since it was last told
   */
  Decoded decode(ParquetFile file, Complaints complaints, LongConsumer progress)
      throws IOException {
    Map<Integer, ColumnRange> byId = new HashMap<>();
    boolean checksums = true;
    ParsedVersion writer = version(file.createdBy());
    try (SeekableInputStream stream = file.open()) {
      for (ParquetFile.Leaf leaf : file.leaves()) {
        ColumnRange column = new ColumnRange(leaf.column().getPrimitiveType());
        boolean whole = true;
        for (int group = 0; group < leaf.chunks().size(); group++) {
          ColumnChunkMetaData chunk = leaf.chunks().get(group);
          long rows = file.rowGroups().get(group).getRowCount();
          ChunkPages pages = new ChunkPages(stream, chunk, leaf.column().getPrimitiveType(), bytes);
          try {
            ColumnRange range = decode(pages, leaf, rows, writer);
            String contradiction = range.contradiction(chunk.getStatistics());
            if (contradiction != null) {
              throw new IOException(contradiction);
            }
            column.add(range);
          } catch (IOException | RuntimeException | OutOfMemoryError e) {
            whole = false;
            complaints.damaged(
                leaf.name(),
                "row group %d, at byte %d: %s".formatted(group, pages.position(), Findings.why(e)));
          }
          checksums &= !pages.unchecked();
          progress.accept(chunk.getTotalSize());
        }
        if (whole && leaf.isPlain() && leaf.id() != null) {
          byId.put(leaf.id(), column);
        }
      }
    }
    return new Decoded(byId, checksums);
  }

  private static ColumnRange decode(
      ChunkPages pages, ParquetFile.Leaf leaf, long rows, @Nullable ParsedVersion writer)
      throws IOException {
    ColumnRange range = new ColumnRange(leaf.column().getPrimitiveType());
    long found = 0;
    if (pages.getTotalValueCount() > 0) {
      ColumnReader reader =
          new ColumnReaderImpl(leaf.column(), pages, new PrimitiveConverter() {}, writer);
      int maxDefinition = leaf.column().getMaxDefinitionLevel();
      int maxRepetition = leaf.column().getMaxRepetitionLevel();
      for (long entry = 0; entry < pages.getTotalValueCount(); entry++) {
        int repetition = reader.getCurrentRepetitionLevel();
        int definition = reader.getCurrentDefinitionLevel();
        if (repetition > maxRepetition || definition > maxDefinition) {
          throw new IOException("levels " + repetition + " and " + definition);
        }
        if (repetition == 0) {
          found++;
        } else if (entry == 0) {
          throw new IOException("it begins inside a row");
        }
        if (definition == maxDefinition) {
          range.add(reader);
        } else {
          range.addNull();
        }
        reader.consume();
      }
      pages.requireComplete(rows);
    }
    if (found != rows) {
      throw new IOException(found + " rows in the pages, " + rows + " in the footer");
    }
    return range;
  }

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

  @Override
  public void close() {
    bytes.close();
  }
}
