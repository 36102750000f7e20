package dev.firn.core.generation;

import dev.firn.core.CacheException;
import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.CacheException.UnsupportedFormat;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.MetadataVersions.MetadataVersion;
import dev.firn.core.layout.GenerationName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;

/**
 * One generation as it was at one instant: the newest metadata of its directory, read once. Reading
 * takes no lock and changes nothing.
 */
public final class Generation {
  private final GenerationPaths paths;
  private final GenerationFileIO io;
  private final TableMetadata metadata;
  private final String metadataFile;
  private final BaseTable table;

  private Generation(
      Disk disk,
      GenerationPaths paths,
      GenerationFileIO io,
      TableMetadata metadata,
      MetadataVersion version) {
    this.paths = paths;
    this.io = io;
    this.metadata = metadata;
    this.metadataFile = version.fileName();
    this.table =
        new BaseTable(
            new GenerationOperations(disk, paths, io, metadata, version.number()),
            paths.name().format(),
            report -> {});
  }

  /**
   * Loads the generation's newest metadata.
   *
   * @throws CacheException if there is none, or it cannot be understood
   */
  public static Generation load(Disk disk, Path directory, GenerationName name) throws IOException {
    GenerationPaths paths = new GenerationPaths(directory, name);
    GenerationFileIO io = new GenerationFileIO(disk, paths);
    MetadataVersion version = MetadataVersions.loadNewest(disk, paths);
    Path file = io.requireNoLink(paths.metadata().resolve(version.fileName()));
    TableMetadata metadata;
    try {
      String location = "file://" + directory.toAbsolutePath() + "/metadata/" + version.fileName();
      metadata =
          TableMetadataParser.read(new dev.firn.core.disk.IcebergInput(disk, location, file));
    } catch (RuntimeException e) {
      throw new Corrupt(file, "Iceberg table metadata", String.valueOf(e.getMessage()), e);
    }
    if (metadata.encryptionKeys() != null && !metadata.encryptionKeys().isEmpty()) {
      throw new UnsupportedFormat(file, "an encrypted table", "a plain one");
    }
    return new Generation(disk, paths, io, metadata, version);
  }

  /** True if the directory holds any metadata file; false means that nothing was ever committed. */
  public static boolean hasMetadata(Disk disk, Path directory, GenerationName name)
      throws IOException {
    return MetadataVersions.findNewest(disk, new GenerationPaths(directory, name)).isPresent();
  }

  public GenerationName name() {
    return paths.name();
  }

  public GenerationPaths paths() {
    return paths;
  }

  public Path directory() {
    return paths.directory();
  }

  public TableMetadata metadata() {
    return metadata;
  }

  /** Name of the metadata file that was read, for example {@code v7.metadata.json}. */
  public String metadataFile() {
    return metadataFile;
  }

  public GenerationFileIO io() {
    return io;
  }

  public Table table() {
    return table;
  }

  /** What this generation says of its own making, if Firn made it. */
  public java.util.Optional<GenerationProof> proof() {
    return GenerationProof.parse(metadata.properties());
  }

  /**
   * The live data files of the current snapshot with the delete files that apply to each, and with
   * their column statistics; reads the manifest list and every manifest.
   *
   * @throws Corrupt if one of them is missing or unreadable, or records a location that is not in
   *     this generation
   */
  public List<FileScanTask> liveFiles() throws IOException {
    @Nullable Snapshot snapshot = metadata.currentSnapshot();
    if (snapshot == null) {
      return List.of();
    }
    List<FileScanTask> files = new ArrayList<>();
    try (CloseableIterable<FileScanTask> tasks =
        table.newScan().includeColumnStats().planWith(SameThread.EXECUTOR).planFiles()) {
      for (FileScanTask task : tasks) {
        paths.resolve(task.file().location());
        files.add(task);
      }
    } catch (CacheException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new Corrupt(
          paths.metadata(), "a readable manifest list and manifests", rootMessage(e), e);
    }
    return List.copyOf(files);
  }

  private static String rootMessage(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null && !(root instanceof ValidationException)) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }
}
