package dev.firn.maintenance.explain;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.ParquetInput;
import dev.firn.core.generation.Generation;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * Finds the columns that hold most bytes. Reads footers and page headers of the live data files, no
 * page; takes no lock and changes nothing.
 */
public final class ColumnProfiler {
  private final Disk disk;
  private final ParquetReadOptions options =
      ParquetReadOptions.builder(new PlainParquetConfiguration()).build();

  public ColumnProfiler(Disk disk) {
    this.disk = disk;
  }

  /**
   * The columns of a generation, the one with most bytes first.
   *
   * @throws Corrupt if a live file is missing or is no readable Parquet file
   */
  public List<ColumnProfile> profile(Generation generation) throws IOException {
    Map<String, Map<String, LeafTally>> columns = new HashMap<>();
    Schema schema = generation.metadata().schema();
    for (FileScanTask task : generation.liveFiles()) {
      Path file = generation.io().resolve(task.file().location());
      try {
        read(file, schema, columns);
      } catch (AccessDeniedException e) {
        throw e;
      } catch (IOException | RuntimeException e) {
        throw new Corrupt(file, "a readable Parquet file", String.valueOf(e.getMessage()), e);
      }
    }
    List<ColumnProfile> profiles = new ArrayList<>();
    columns.forEach((column, leaves) -> profiles.add(profile(column, leaves)));
    profiles.sort(
        Comparator.comparingLong(ColumnProfile::bytes)
            .reversed()
            .thenComparing(ColumnProfile::column));
    return List.copyOf(profiles);
  }

  private void read(Path file, Schema schema, Map<String, Map<String, LeafTally>> columns)
      throws IOException {
    ParquetInput input = new ParquetInput(disk, file);
    try (SeekableInputStream stream = input.newStream()) {
      ParquetMetadata footer = ParquetFileReader.readFooter(input, options, stream);
      MessageType fileSchema = footer.getFileMetaData().getSchema();
      Map<String, ChunkTally> leaves = new HashMap<>();
      for (BlockMetaData block : footer.getBlocks()) {
        for (ColumnChunkMetaData chunk : block.getColumns()) {
          leaves
              .computeIfAbsent(chunk.getPath().toDotString(), path -> new ChunkTally(chunk))
              .add(ChunkPages.read(stream, chunk));
        }
      }
      leaves.forEach(
          (path, chunks) ->
              columns
                  .computeIfAbsent(column(chunks.top(), fileSchema, schema), c -> new HashMap<>())
                  .computeIfAbsent(path, p -> new LeafTally())
                  .add(chunks));
    }
  }

  /** The name in the table of a file's top-level column: by field id, else as in the file. */
  private static String column(String inFile, MessageType fileSchema, Schema schema) {
    Type.ID id = fileSchema.getType(inFile).getId();
    String name = id == null ? null : schema.findColumnName(id.intValue());
    return name == null ? inFile : name;
  }

  private static ColumnProfile profile(String column, Map<String, LeafTally> leaves) {
    LeafTally largest =
        leaves.values().stream().max(Comparator.comparingLong(LeafTally::bytes)).orElseThrow();
    return new ColumnProfile(
        column,
        leaves.values().stream().mapToLong(LeafTally::bytes).sum(),
        largest.values(),
        largest.repetition());
  }
}
