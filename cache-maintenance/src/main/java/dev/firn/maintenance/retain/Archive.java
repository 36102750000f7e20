package dev.firn.maintenance.retain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.FileStat;
import dev.firn.core.disk.ParquetInput;
import dev.firn.core.disk.ParquetOutput;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.maintenance.rewrite.FileRewriter;
import dev.firn.maintenance.rewrite.RewriteInput;
import dev.firn.maintenance.rewrite.RewriteLimits;
import dev.firn.maintenance.rewrite.RewriteOutput;
import dev.firn.maintenance.rewrite.RowMask;
import dev.firn.maintenance.rewrite.UnreadableInputException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetricsConfig;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.jspecify.annotations.Nullable;

/**
 * Where the expired rows of one partition are kept: Parquet files in {@code
 * <archive>/<dataset>/<key>=<value>/}, for each swap that drops rows at least one, named {@code
 * <generation that held the rows>-to-<generation without them>-<uuid>.parquet}. The caller holds
 * the partition's lease.
 *
 * <p>The steps, and what is there if the process is killed right after each:
 *
 * <ol>
 *   <li><b>Left-overs removed</b>: files of an earlier try to replace the generation that is still
 *       live. Their rows are live: a file goes only if it names this very generation (by its table
 *       id) and every data file that its rows come from is one of the live ones, which are never
 *       changed and never taken out of a live generation (I2, I3).
 *   <li><b>Written</b> under temporary names, synced, and proved by reading back: every row that is
 *       to go, in and out, by hash of every column. All rows are live.
 *   <li><b>Named</b>, by a link that overwrites nothing, and the directory synced. All rows are
 *       live; if the swap does not come, the next try begins with the first step.
 *   <li><b>Swapped</b>: the rows are dropped, and archived once.
 * </ol>
 *
 * If any step fails nothing is dropped. Rows of a generation that was restored from its grace are
 * archived again when they expire again, under another name.
 */
public final class Archive {
  private static final String PARENT = "firn.archive.parent";
  private static final String INPUTS = "firn.archive.inputs";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ParquetReadOptions OPTIONS =
      ParquetReadOptions.builder(new PlainParquetConfiguration()).build();
  private static final Set<String> OWN = Set.of("datasets", "held", "maintenance");

  private final Disk disk;
  private final Path root;
  private final Path base;
  private final Live live;
  private final Path directory;
  private final List<Path> temporary = new ArrayList<>();

  /**
   * @param archive as configured: relative to the root, or absolute
   */
  public Archive(Disk disk, String archive, Live live) {
    this.disk = disk;
    this.live = live;
    Partition partition = live.partition();
    Path relative = Path.of(partition.path());
    Path top = partition.directory().toAbsolutePath();
    for (int i = 0; i < relative.getNameCount(); i++) {
      top = Objects.requireNonNull(top.getParent());
    }
    this.root = top.normalize();
    this.base = root.resolve(archive).normalize();
    this.directory = base.resolve(relative.subpath(1, relative.getNameCount()).toString());
  }

  /** Where this partition's files are. */
  public Path directory() {
    return directory;
  }

  /**
   * Archives rows; durable when it returns.
   *
   * @param next the generation that is to be without them
   * @param current locations of all live data files
   * @return how many rows
   * @throws UnreadableInputException if a data file cannot be read
   * @throws ArchiveFailedException if anything else is wrong
   */
  public long write(
      GenerationName next,
      List<ExpiredRows> expired,
      Collection<String> current,
      RewriteLimits limits)
      throws IOException {
    try {
      requireOutside();
      ensureDirectory(directory);
      removeLeftOvers(current);
      return writeRows(next, expired, limits);
    } catch (UnreadableInputException e) {
      removeTemporary(e);
      throw e;
    } catch (IOException | RuntimeException e) {
      removeTemporary(e);
      throw e instanceof ArchiveFailedException failed
          ? failed
          : new ArchiveFailedException(directory, e);
    }
  }

  private void requireOutside() throws ArchiveFailedException {
    boolean inside =
        base.equals(root)
            || OWN.stream().anyMatch(name -> base.startsWith(root.resolve(name)))
            || root.startsWith(base);
    if (inside) {
      throw new ArchiveFailedException(directory, "an archive must be outside of the cache's data");
    }
  }

  private long writeRows(GenerationName next, List<ExpiredRows> expired, RewriteLimits limits)
      throws IOException {
    Generation old = live.generation();
    List<RewriteInput> inputs = new ArrayList<>();
    ArrayNode names = JSON.createArrayNode();
    long rows = 0;
    for (ExpiredRows of : expired) {
      FileScanTask file = of.file();
      Path path = old.io().resolve(file.file().location());
      BitSet others = new BitSet();
      others.set(0, Math.toIntExact(file.file().recordCount()));
      others.andNot(of.rows());
      inputs.add(
          new RewriteInput(
              path.toString(),
              new ParquetInput(disk, path),
              RowMask.of(others.stream().asLongStream()),
              file.file().recordCount(),
              of.identityColumns()));
      names.add(fileName(file.file().location()));
      rows += of.rows().cardinality();
    }
    new FileRewriter(limits, old.nameMapping(), old.metadata().lastColumnId())
        .rewrite(
            old.metadata().schema(),
            MetricsConfig.forTable(old.table()),
            inputs,
            Map.of(PARENT, PartitionRetention.idOf(live), INPUTS, names.toString()),
            () -> output(next));
    for (Path file : temporary) {
      disk.link(
          file, directory.resolve(prefix() + next.format() + "-" + UUID.randomUUID() + ".parquet"));
    }
    disk.syncDirectory(directory);
    for (Path file : List.copyOf(temporary)) {
      disk.delete(file);
      temporary.remove(file);
    }
    return rows;
  }

  private RewriteOutput output(GenerationName next) {
    Path path = DurableFiles.temporaryBeside(directory.resolve(next.format() + ".parquet"));
    temporary.add(path);
    return new RewriteOutput(
        path.toString(), new ParquetOutput(disk, path), new ParquetInput(disk, path));
  }

  private String prefix() {
    return live.generation().name().format() + "-to-";
  }

  private void removeLeftOvers(Collection<String> current) throws IOException {
    Set<String> names = new HashSet<>();
    current.forEach(location -> names.add(fileName(location)));
    boolean removed = false;
    for (String name : disk.list(directory)) {
      Path path = directory.resolve(name);
      if (DurableFiles.isTemporary(name)
          || (name.startsWith(prefix()) && name.endsWith(".parquet") && isLeftOver(path, names))) {
        disk.delete(path);
        removed = true;
      }
    }
    if (removed) {
      disk.syncDirectory(directory);
    }
  }

  private boolean isLeftOver(Path file, Set<String> current) {
    try (ParquetFileReader reader = ParquetFileReader.open(new ParquetInput(disk, file), OPTIONS)) {
      Map<String, String> properties = reader.getFileMetaData().getKeyValueMetaData();
      if (!PartitionRetention.idOf(live).equals(properties.get(PARENT))) {
        return false;
      }
      JsonNode inputs = JSON.readTree(properties.getOrDefault(INPUTS, "[]"));
      for (JsonNode input : inputs) {
        if (!current.contains(input.asText())) {
          return false;
        }
      }
      return !inputs.isEmpty();
    } catch (IOException | RuntimeException e) {
      return false; // whatever it is, nothing proves that its rows are live
    }
  }

  private void removeTemporary(Exception reason) {
    for (Path file : temporary) {
      try {
        if (disk.stat(file).isPresent()) {
          disk.delete(file);
        }
      } catch (IOException e) {
        reason.addSuppressed(e);
      }
    }
  }

  private static String fileName(String location) {
    return location.substring(location.lastIndexOf('/') + 1);
  }

  /**
   * Makes what is missing. Every directory is synced into its parent, those that are there as well:
   * a process that died may have made them and not come to that. What is above a symbolic link, or
   * may not be read, belongs to somebody else, who made it durable.
   */
  private void ensureDirectory(Path path) throws IOException {
    @Nullable Path parent = path.getParent();
    boolean there = isDirectory(path);
    if (parent == null || (there && !isDirectory(parent))) {
      return;
    }
    ensureDirectory(parent);
    try {
      if (!there) {
        disk.createDirectory(path);
      }
    } catch (FileAlreadyExistsException e) {
      if (!isDirectory(path)) {
        throw e;
      }
    }
    try {
      disk.syncDirectory(parent);
    } catch (AccessDeniedException e) {
      if (!there) {
        throw e;
      }
    }
  }

  private boolean isDirectory(Path path) throws IOException {
    return disk.stat(path).map(FileStat::isDirectory).orElse(false);
  }
}
