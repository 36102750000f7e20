package dev.firn.maintenance.reconcile;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.FileStat;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.MetadataVersions;
import dev.firn.core.generation.VersionReach;
import dev.firn.core.layout.Partition;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.lock.HeldLock;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.notes.ObservedTime;
import dev.firn.maintenance.sweep.SweepItem;
import dev.firn.maintenance.sweep.SweepItem.Action;
import dev.firn.maintenance.sweep.SweepItem.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Removes from {@code metadata/} of a live generation what an interrupted commit has left:
 * manifests, manifest lists and files of statistics that no version which is there leads to.
 * Publishes clean up behind themselves; this is for tables to which nothing is appended any more.
 *
 * <p><b>Who may still need one.</b> A reader begins with a version that is there, so what it needs
 * is named. A commit of Firn's writes its manifests while it holds the commit lock, however long it
 * may be suspended, and its statistics before the generation has its name; so nobody of ours is
 * between writing and naming them while we hold the lock. Another program takes no lock. Its commit
 * builds on the version that was current; once a later one is there it must begin again, and then
 * the grace is that of orphans. Where nothing was committed after the file was written, it could
 * still succeed, and the file stays for the grace of retired generations. Ages are those that
 * passes have observed, as for all that is swept.
 *
 * <p><b>What is not touched.</b> Versions: how many stay is for publishes to decide, and what is
 * there may be what a repair goes back to. Data files; names of another form; anything that is not
 * a file; tables whose properties forbid it. Nothing at all where one version, or a manifest list
 * that one names, cannot be read: it might name anything.
 *
 * <p><b>The steps</b>, under the partition's lease, which keeps off swaps and repairs:
 *
 * <ol>
 *   <li><b>Decided</b>, without the commit lock, by reading every version: nothing has changed.
 *   <li><b>Locked and compared</b>: the generation must be live, the versions the same by name
 *       (each is written once), each file the one that was looked at, and before each removal no
 *       version newer. Else what is left stays for the next pass. So the lock is held for calls of
 *       {@code stat}, and not while manifest lists are read.
 *   <li><b>Removed</b>, one by one, each free to go by itself. A kill leaves the others; a power
 *       cut may bring some back; the next pass finds them as strays again.
 * </ol>
 *
 * <p>Not promised: that another program which held a manifest back for longer than its grace, and
 * commits it between the last look and the removal, finds it there.
 */
public final class MetadataReconciler {
  private static final Pattern WRITTEN_AHEAD =
      Pattern.compile(
          "snap-.*\\.avro|.*-m[0-9]+\\.avro|.*" + Pattern.quote(PartitionFiles.STATISTICS));

  private final Disk disk;
  private final MaintenanceConfig config;
  private final PartitionLocks locks;
  private final ObservedTime time;

  public MetadataReconciler(
      Disk disk, MaintenanceConfig config, PartitionLocks locks, ObservedTime time) {
    this.disk = disk;
    this.config = config;
    this.locks = locks;
    this.time = time;
  }

  /**
   * What is stray, without a lock and without writing.
   *
   * @return what would be removed, or why it stays; empty if nothing is stray or its grace is not
   *     over
   */
  public Finding inspect(Live live) throws IOException {
    StrayMetadata strays = find(live.generation());
    Path directory = live.generation().paths().metadata();
    if (strays.doubt().isPresent()) {
      SweepItem item =
          new SweepItem(
              directory, Optional.empty(), Kind.IN_DOUBT, Action.KEEP, strays.doubt().get(), 0);
      return new Finding(Optional.of(item), true);
    }
    return strays.removable().isEmpty()
        ? new Finding(Optional.empty(), strays.isWaiting())
        : new Finding(Optional.of(item(directory, strays.removable().values())), true);
  }

  /**
   * What a look at one partition found.
   *
   * @param item what is to be done, and why
   * @param isUnfinished whether anything is stray, now or when its grace is over
   */
  public record Finding(Optional<SweepItem> item, boolean isUnfinished) {}

  /**
   * Removes what is stray. The caller holds the lease.
   *
   * @return what was removed
   */
  public Optional<SweepItem> remove(Partition partition) throws IOException {
    PartitionInspector inspector = new PartitionInspector(disk);
    if (!(inspector.inspect(partition) instanceof Live live)) {
      return Optional.empty();
    }
    StrayMetadata strays = find(live.generation());
    if (strays.removable().isEmpty()) {
      return Optional.empty();
    }
    Path directory = live.generation().paths().metadata();
    List<FileStat> removed = new ArrayList<>();
    try (HeldLock lock = locks.takeCommitLock(partition.directory())) {
      if (inspector.inspect(partition) instanceof Live now
          && now.generation().name().equals(live.generation().name())
          && versions(disk.list(directory)).equals(strays.versions())) {
        for (Map.Entry<String, FileStat> stray : strays.removable().entrySet()) {
          Path file = directory.resolve(stray.getKey());
          if (!now.generation().isNewest()) {
            break;
          }
          if (disk.stat(file).equals(Optional.of(stray.getValue()))) {
            lock.requireValid();
            disk.delete(file);
            removed.add(stray.getValue());
          }
        }
      }
    }
    if (removed.isEmpty()) {
      return Optional.empty();
    }
    disk.syncDirectory(directory);
    return Optional.of(item(directory, removed));
  }

  private StrayMetadata find(Generation generation) throws IOException {
    Path directory = generation.paths().metadata();
    List<String> names = disk.list(directory);
    Set<String> strays = new TreeSet<>(names);
    strays.removeIf(name -> !WRITTEN_AHEAD.matcher(name).matches());
    if (strays.isEmpty() || !generation.metadata().propertyAsBoolean("gc.enabled", true)) {
      return StrayMetadata.NONE;
    }
    Set<String> versions = versions(names);
    Optional<String> unreadable = takeOutNamed(generation, versions, strays);
    Map<String, FileStat> removable = new HashMap<>();
    boolean waiting = false;
    for (String name : strays) {
      Optional<FileStat> stat = disk.stat(directory.resolve(name)).filter(FileStat::isFile);
      if (stat.isPresent()) {
        boolean over =
            time.age(stat.get().modified()).compareTo(grace(generation, stat.get())) >= 0;
        waiting |= !over;
        if (over) {
          removable.put(name, stat.get());
        }
      }
    }
    return unreadable.isEmpty()
        ? new StrayMetadata(versions, removable, waiting, Optional.empty())
        : new StrayMetadata(
            versions, Map.of(), waiting, removable.isEmpty() ? Optional.empty() : unreadable);
  }

  /** The newest version first: it names most. Empty, or why nothing can be told. */
  private Optional<String> takeOutNamed(
      Generation generation, Set<String> versions, Set<String> strays) {
    VersionReach reach = new VersionReach(disk, generation);
    List<String> newestFirst = new ArrayList<>(versions);
    newestFirst.sort(
        Comparator.comparingInt((String v) -> MetadataVersions.parse(v).orElse(0)).reversed());
    for (String version : newestFirst) {
      if (strays.isEmpty()) {
        break;
      }
      Set<String> named = new HashSet<>();
      try {
        reach.addTo(named, version);
      } catch (IOException e) {
        return Optional.of(
            version
                + " or a manifest list that it names cannot be read, so it cannot be told which"
                + " manifests and statistics are needed: "
                + e.getMessage());
      } finally {
        strays.removeAll(named);
      }
    }
    return Optional.empty();
  }

  private Duration grace(Generation generation, FileStat stray) throws IOException {
    Path current = generation.paths().metadata().resolve(generation.metadataFile());
    Instant committed = disk.stat(current).map(FileStat::modified).orElse(Instant.MIN);
    Duration orphan = config.orphanGrace();
    Duration retired = config.retiredGrace();
    return stray.modified().isBefore(committed) || retired.compareTo(orphan) < 0 ? orphan : retired;
  }

  /**
   * With those of other forms: what a catalogue of another program calls a version, or what a
   * commit of its is about to rename to one.
   */
  private static Set<String> versions(List<String> names) {
    Set<String> versions = new HashSet<>();
    for (String name : names) {
      if (name.contains(".metadata.json") && !DurableFiles.isTemporary(name)) {
        versions.add(name);
      }
    }
    return versions;
  }

  private SweepItem item(Path directory, Iterable<FileStat> files) {
    long count = 0;
    long bytes = 0;
    Instant newest = Instant.MIN;
    for (FileStat file : files) {
      count++;
      bytes += file.names() == 1 ? file.sizeBytes() : 0;
      newest = file.modified().isAfter(newest) ? file.modified() : newest;
    }
    String why =
        count
            + (count == 1 ? " file" : " files")
            + " of metadata of interrupted commits, which no version names, last changed "
            + time.age(newest).toMinutes()
            + " min ago";
    return new SweepItem(directory, Optional.empty(), Kind.ORPHAN, Action.REMOVE, why, bytes);
  }
}
