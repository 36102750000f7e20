package dev.firn.maintenance.verify;

import dev.firn.core.append.HeldAppends;
import dev.firn.core.append.HeldExchange;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.FileStat;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Names;
import dev.firn.core.layout.Partition;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The exchanges that are held for partitions: {@code <root>/held/<partition>/*.json}. */
final class HeldCheck {
  private static final String HELD = "held";
  private static final String LANDING = ".json.landing-";
  private static final String LOCK = ".recover.lock";

  private final Disk disk;
  private final CacheDirectory cache;

  HeldCheck(Disk disk, CacheDirectory cache) {
    this.disk = disk;
    this.cache = cache;
  }

  /** The partitions for which something may be held, whether they exist or not. */
  List<Partition> partitions(Findings findings) throws IOException {
    List<Partition> partitions = new ArrayList<>();
    Path datasets = cache.root().resolve(HELD).resolve(CacheDirectory.DATASETS);
    for (String dataset : directories(datasets)) {
      collect(dataset, datasets.resolve(dataset), new ArrayList<>(), partitions, findings);
    }
    return partitions;
  }

  private void collect(
      String dataset,
      Path directory,
      List<String> levels,
      List<Partition> partitions,
      Findings findings)
      throws IOException {
    List<String> below = directories(directory);
    if (!levels.isEmpty() && disk.list(directory).size() > below.size()) {
      try {
        Map<String, String> keys = new LinkedHashMap<>(Names.parseKeys(String.join("/", levels)));
        partitions.add(cache.partition(dataset, keys));
      } catch (IllegalArgumentException e) {
        findings.warning(
            directory,
            "the name of a partition",
            String.valueOf(e.getMessage()),
            "what is held there is never landed",
            "move it to the partition that it is for");
      }
    }
    for (String level : below) {
      levels.add(level);
      collect(dataset, directory.resolve(level), levels, partitions, findings);
      levels.remove(levels.size() - 1);
    }
  }

  private List<String> directories(Path directory) throws IOException {
    List<String> directories = new ArrayList<>();
    if (disk.stat(directory).map(FileStat::isDirectory).orElse(false)) {
      for (String name : disk.list(directory)) {
        if (disk.stat(directory.resolve(name)).map(FileStat::isDirectory).orElse(false)) {
          directories.add(name);
        }
      }
    }
    return directories;
  }

  /** Checks what is held for one partition. */
  void check(Partition partition, Findings findings) throws IOException {
    Path directory = HeldAppends.directory(cache, partition);
    List<String> names;
    try {
      names = disk.list(directory);
    } catch (NoSuchFileException e) {
      return;
    }
    long exchanges = 0;
    long rows = 0;
    long litter = 0;
    for (String name : names) {
      Path path = directory.resolve(name);
      if (DurableFiles.isTemporary(name)) {
        litter++;
      } else if (name.equals(LOCK)) {
        LockFiles.check(disk, path, findings);
      } else if (name.endsWith(".json") || name.contains(LANDING)) {
        long found = check(path, partition, findings);
        rows += Math.max(found, 0);
        exchanges += found > 0 ? 1 : 0;
      } else if (disk.stat(path).map(stat -> !stat.isDirectory()).orElse(false)) {
        findings.note(path, "nothing that Firn knows", "none for the rows; left alone");
      }
    }
    if (exchanges > 0) {
      findings.note(
          directory,
          Findings.counted(exchanges, "exchange")
              + " with "
              + GenerationFindings.rows(rows)
              + (exchanges == 1 ? " is held" : " are held"),
          "they are read when they have landed: with the next append or pass, once the partition"
              + " can take them");
    }
    if (litter > 0) {
      findings.note(
          directory,
          Findings.counted(litter, "temporary name") + " of interrupted appends",
          "none for the rows");
    }
  }

  /** How many rows a held file holds; negative if it is damaged or gone. */
  private long check(Path file, Partition partition, Findings findings) throws IOException {
    Optional<String> problem;
    long rows = 0;
    try {
      HeldExchange exchange = HeldExchange.parse(file, disk.read(file));
      rows = exchange.rows().size();
      problem = problem(exchange, partition);
    } catch (NoSuchFileException e) {
      return -1; // it has landed meanwhile
    } catch (IOException e) {
      problem = Optional.of(Findings.why(e));
    }
    if (problem.isPresent()) {
      findings.damage(
          file,
          "a held exchange of " + partition.path(),
          problem.get(),
          "its rows were acknowledged and are in no other place: they cannot land",
          "mend it by hand, or restore it from a backup; it stays where it is");
      return -1;
    }
    return rows;
  }

  private static Optional<String> problem(HeldExchange exchange, Partition partition) {
    if (!exchange.partition().equals(partition.path())) {
      return Optional.of("one of \"" + exchange.partition() + "\"");
    }
    return exchange.id().isEmpty() ? Optional.of("no id") : Optional.empty();
  }
}
