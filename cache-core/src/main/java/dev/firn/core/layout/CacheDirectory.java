package dev.firn.core.layout;

import dev.firn.core.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A cache's root directory: finds what is in it and changes nothing.
 *
 * <p>A partition is a directory below {@code datasets/<dataset>} on a way of {@code key=value}
 * directories that holds a cursor or something with a generation's exact name. Symbolic links are
 * not followed. Whatever else lies there belongs to somebody else and is left alone.
 *
 * <p>The journal of maintenance, in {@code maintenance/journal}, is a partition like any other: the
 * only one of the dataset {@value #JOURNAL_DATASET}, and without keys. That name is reserved.
 */
public final class CacheDirectory {
  public static final String DATASETS = "datasets";
  public static final String MAINTENANCE = "maintenance";
  public static final String CREATE_LOCK = ".create.lock";

  /** The dataset that says what maintenance did. */
  public static final String JOURNAL_DATASET = "firn_maintenance";

  private static final String JOURNAL = "journal";

  /** Where the program that wrote the caches of the field keeps rows on their way into a table. */
  private static final String SPOOL = "_hypaware_spool";

  private final Disk disk;
  private final Path root;

  public CacheDirectory(Disk disk, Path root) {
    this.disk = disk;
    this.root = root.toAbsolutePath().normalize();
  }

  public Path root() {
    return root;
  }

  /** Firn's own notes about this cache; may not exist. */
  public Path maintenance() {
    return root.resolve(MAINTENANCE);
  }

  /** Where passes and repairs write down what they did, there or not. */
  public Partition journal() {
    return new Partition(
        JOURNAL_DATASET, Map.of(), maintenance().resolve(JOURNAL), MAINTENANCE + "/" + JOURNAL);
  }

  /** The datasets there are, sorted; none if the root is empty or absent. */
  public List<String> datasets() throws IOException {
    Path directory = root.resolve(DATASETS);
    List<String> datasets = new ArrayList<>();
    if (isDirectory(directory)) {
      for (String name : disk.list(directory)) {
        if (Names.isDataset(name)
            && !name.equals(JOURNAL_DATASET)
            && isDirectory(directory.resolve(name))) {
          datasets.add(name);
        }
      }
    }
    if (!partitions(JOURNAL_DATASET).isEmpty()) {
      datasets.add(JOURNAL_DATASET);
      Collections.sort(datasets);
    }
    return List.copyOf(datasets);
  }

  /** The partitions of all datasets, sorted by path. */
  public List<Partition> partitions() throws IOException {
    List<Partition> partitions = new ArrayList<>();
    for (String dataset : datasets()) {
      partitions.addAll(partitions(dataset));
    }
    return List.copyOf(partitions);
  }

  /** The partitions of one dataset, sorted by path; none if there is no such dataset. */
  public List<Partition> partitions(String dataset) throws IOException {
    Names.requireDataset(dataset);
    List<Partition> partitions = new ArrayList<>();
    if (dataset.equals(JOURNAL_DATASET)) {
      Partition journal = journal();
      if (isDirectory(maintenance()) && isDirectory(journal.directory())) {
        collect(dataset, Map.of(), journal.directory(), journal.path(), partitions);
        partitions.removeIf(partition -> !partition.keys().isEmpty());
      }
      return List.copyOf(partitions);
    }
    Path directory = root.resolve(DATASETS).resolve(dataset);
    if (isDataset(directory)) {
      collect(dataset, Map.of(), directory, DATASETS + "/" + dataset, partitions);
    }
    return List.copyOf(partitions);
  }

  private void collect(
      String dataset, Map<String, String> keys, Path directory, String path, List<Partition> found)
      throws IOException {
    boolean partition = false;
    List<String> levels = new ArrayList<>();
    List<String> names;
    try {
      names = disk.list(directory);
    } catch (IOException e) {
      // Reported as a partition in doubt, so that it is named and hides none of the others.
      found.add(new Partition(dataset, keys, directory, path));
      return;
    }
    for (String name : names) {
      if (name.equals(PartitionFiles.CURSOR)) {
        partition = true;
      } else if (GenerationName.parse(name).isPresent()) {
        partition |= isDirectory(directory.resolve(name));
      } else if (Names.isKeyAndValue(name) && isDirectory(directory.resolve(name))) {
        levels.add(name);
      }
    }
    if (partition) {
      found.add(new Partition(dataset, keys, directory, path));
    }
    for (String level : levels) {
      int equals = level.indexOf('=');
      Map<String, String> deeper = new LinkedHashMap<>(keys);
      deeper.put(level.substring(0, equals), level.substring(equals + 1));
      collect(dataset, deeper, directory.resolve(level), path + "/" + level, found);
    }
  }

  /**
   * A partition by its names, there or not.
   *
   * @throws IllegalArgumentException if a name could not be a directory below the root
   */
  public Partition partition(String dataset, Map<String, String> keys) {
    if (dataset.equals(JOURNAL_DATASET)) {
      if (!keys.isEmpty()) {
        throw new IllegalArgumentException(
            "dataset \"" + dataset + "\" says what maintenance did; name another one");
      }
      return journal();
    }
    StringBuilder path = new StringBuilder(DATASETS + "/" + Names.requireDataset(dataset));
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("a partition of " + dataset + " needs a key");
    }
    Path directory = root.resolve(DATASETS).resolve(dataset);
    for (Map.Entry<String, String> key : keys.entrySet()) {
      String level = key.getKey() + "=" + key.getValue();
      if (!Names.parseKeys(level).equals(Map.of(key.getKey(), key.getValue()))) {
        throw new IllegalArgumentException("partition \"" + level + "\" is more than one level");
      }
      directory = directory.resolve(level);
      path.append('/').append(level);
    }
    return new Partition(dataset, keys, directory, path.toString());
  }

  /** Directories in which another program keeps rows of a dataset that are not in any table yet. */
  public List<Path> foreignSpools(String dataset) throws IOException {
    List<Path> spools = new ArrayList<>();
    Path directory = root.resolve(DATASETS).resolve(Names.requireDataset(dataset));
    if (isDataset(directory)) {
      for (String name : disk.list(directory)) {
        Path spool = directory.resolve(name).resolve(SPOOL);
        if (isDirectory(directory.resolve(name)) && isDirectory(spool)) {
          spools.add(spool);
        }
      }
    }
    return List.copyOf(spools);
  }

  /** The path below the root, with slashes, for reports. */
  public String relative(Path path) {
    return Objects.requireNonNull(root.relativize(path).toString()).replace('\\', '/');
  }

  /** Looks at both steps: a link in place of {@code datasets} would lead out of the root. */
  private boolean isDataset(Path directory) throws IOException {
    return isDirectory(root.resolve(DATASETS)) && isDirectory(directory);
  }

  private boolean isDirectory(Path path) throws IOException {
    return disk.isDirectory(path);
  }
}
