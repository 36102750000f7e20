package dev.firn.core.append;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.FileStat;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.MetadataVersions;
import dev.firn.core.generation.VersionReach;
import dev.firn.core.layout.PartitionFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Removes metadata of a live generation that nothing needs any more, so that {@code metadata/} does
 * not grow with the number of commits. The caller holds the commit lock, so no commit is on its
 * way.
 *
 * <p>Kept are the current version and the two before it, and those that were superseded less than a
 * minute ago for as long as they fit into {@link #COMFORTABLE_BYTES}: a reader that began with one
 * of them has its minute, unless publishes come so fast that a minute of them would be too much. Of
 * the versions below them it removes the metadata file, and the manifest lists, manifests and files
 * of statistics that no kept version leads to. What no version leads to may be what another program
 * is just writing, and goes only when it is older than a minute; a temporary name when it is older
 * than an hour. Never a data file, never what it does not recognise, and nothing at all where a
 * version that is to be kept cannot be read.
 *
 * <p>A kill in the middle leaves fewer of the files, each of which was free to go by itself.
 * Versions go first, from the lowest up, so that there is never a gap in their numbers.
 */
final class MetadataCleanup {
  /** Reading a version takes a millisecond or more, so it is done once in so many publishes. */
  private static final int VERSIONS_WORTH_IT = 24;

  private static final int VERSIONS_WORTH_IT_WHEN_LARGE = 8;
  private static final long BYTES_WORTH_IT = 1 << 20;
  private static final long COMFORTABLE_BYTES = BYTES_WORTH_IT / 2;
  private static final int VERSIONS_KEPT = 3;
  private static final Duration READERS_MINUTE = Duration.ofSeconds(60);
  private static final Duration LITTER_AGE = Duration.ofHours(1);

  private final Disk disk;
  private final Generation current;
  private final Path directory;
  private final Instant now;
  private final VersionReach reach;
  private final Map<String, FileStat> files = new HashMap<>();
  private final NavigableMap<Integer, String> versions = new TreeMap<>();

  /** The versions that stay and all that they lead to. */
  private Set<String> kept = new HashSet<>();

  /** What the others lead to; some of it may be kept. */
  private final Set<String> superseded = new HashSet<>();

  /**
   * @param current as it has just been loaded under the lock
   */
  MetadataCleanup(Disk disk, InstantSource clock, Generation current) {
    this.disk = disk;
    this.current = current;
    this.directory = current.paths().metadata();
    this.now = clock.instant();
    this.reach = new VersionReach(disk, current);
  }

  void run() throws IOException {
    if (!isWorthIt()) {
      return;
    }
    try {
      keep();
    } catch (IOException e) {
      return;
    }
    List<String> others = new ArrayList<>(versions.values());
    others.removeAll(kept);
    for (String version : others) {
      try {
        reach.addTo(superseded, version);
      } catch (IOException e) {
        // what only this version leads to goes when it is old
      }
    }
    for (String version : others) {
      disk.delete(directory.resolve(version));
      files.remove(version);
    }
    for (Map.Entry<String, FileStat> file : files.entrySet()) {
      String name = file.getKey();
      Duration age = Duration.between(file.getValue().modified(), now);
      boolean removable =
          DurableFiles.isTemporary(name)
              ? age.compareTo(LITTER_AGE) > 0
              : !kept.contains(name)
                  && (superseded.contains(name)
                      || (isWrittenAhead(name) && age.compareTo(READERS_MINUTE) > 0));
      if (removable) {
        disk.delete(directory.resolve(name));
      }
    }
  }

  /** Whether files of this name are there before the version that names them. */
  private static boolean isWrittenAhead(String name) {
    return name.endsWith(".avro") || name.endsWith(PartitionFiles.STATISTICS);
  }

  private boolean isWorthIt() throws IOException {
    for (String name : disk.list(directory)) {
      Optional<FileStat> stat = disk.stat(directory.resolve(name));
      if (stat.isEmpty() || stat.get().kind() != FileStat.Kind.FILE) {
        continue;
      }
      files.put(name, stat.get());
      var number = MetadataVersions.parse(name);
      if (number.isPresent() && versions.put(number.getAsInt(), name) != null) {
        return false; // the same version twice, compressed and not: another program's
      }
    }
    return versions.size() >= VERSIONS_WORTH_IT
        || (versions.size() >= VERSIONS_WORTH_IT_WHEN_LARGE
            && bytes(files.keySet()) > BYTES_WORTH_IT);
  }

  private void keep() throws IOException {
    int newest = MetadataVersions.parse(current.metadataFile()).orElseThrow();
    for (Map.Entry<Integer, String> version : versions.descendingMap().entrySet()) {
      boolean needed = newest - version.getKey() < VERSIONS_KEPT;
      if (!needed && !isYoung(version.getKey())) {
        break;
      }
      Set<String> with = new HashSet<>(kept);
      with.add(version.getValue());
      reach.addTo(with, version.getValue());
      if (!needed && bytes(with) > COMFORTABLE_BYTES) {
        superseded.addAll(with);
        break;
      }
      kept = with;
    }
  }

  /** True if it was current within the last minute: until the next version was there. */
  private boolean isYoung(int version) {
    String name = versions.get(version + 1);
    @Nullable FileStat successor = name == null ? null : files.get(name);
    return successor != null
        && Duration.between(successor.modified(), now).compareTo(READERS_MINUTE) <= 0;
  }

  private long bytes(Set<String> names) {
    return names.stream()
        .map(files::get)
        .mapToLong(stat -> stat == null ? 0 : stat.sizeBytes())
        .sum();
  }
}
