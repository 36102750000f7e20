package dev.firn.maintenance.drop;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.FileStat;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.maintenance.swap.Trees;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * What a dropped dataset is named until it is removed: {@code datasets/.removing-<dataset>-<uuid>}.
 * Nothing but a drop makes such a name, and no dataset can have it.
 */
public final class DroppedDatasets {
  private static final Pattern ASIDE =
      Pattern.compile(
          "\\.removing-.+-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  private static final String PREFIX = ".removing-";
  private static final int UUID_LENGTH = 36;

  private final Disk disk;
  private final CacheDirectory cache;

  public DroppedDatasets(Disk disk, CacheDirectory cache) {
    this.disk = disk;
    this.cache = cache;
  }

  static Path aside(Path datasets, String dataset) {
    return datasets.resolve(PREFIX + dataset + "-" + UUID.randomUUID());
  }

  /** Those that are there. */
  public List<Path> list() throws IOException {
    Path datasets = cache.root().resolve(CacheDirectory.DATASETS);
    List<Path> found = new ArrayList<>();
    if (disk.stat(datasets).map(FileStat::isDirectory).orElse(false)) {
      for (String name : disk.list(datasets)) {
        Path path = datasets.resolve(name);
        if (ASIDE.matcher(name).matches()
            && disk.stat(path).map(FileStat::isDirectory).orElse(false)) {
          found.add(path);
        }
      }
    }
    return found;
  }

  /** Those that were of one dataset. */
  public List<Path> list(String dataset) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path path : list()) {
      String name = String.valueOf(path.getFileName());
      if (name.length() == PREFIX.length() + dataset.length() + UUID_LENGTH + 1
          && name.startsWith(PREFIX + dataset + "-")) {
        found.add(path);
      }
    }
    return found;
  }

  /** Removes them; somebody else may be doing the same. */
  public void removeAll() throws IOException {
    for (Path path : list()) {
      remove(path);
    }
  }

  /** Removes one of them, and first what was held for it. */
  public void remove(Path aside) throws IOException {
    try {
      new HeldOfDropped(disk, cache).remove(aside);
      Trees.remove(disk, aside);
      disk.syncDirectory(cache.root().resolve(CacheDirectory.DATASETS));
    } catch (NoSuchFileException e) {
      return; // two at a time: the other one goes on
    }
  }
}
