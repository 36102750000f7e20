package dev.firn.maintenance.backup;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.append.HeldAppends;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.FileStat;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.lock.PartitionLocks;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.reserve.Reserve;
import dev.firn.maintenance.swap.Trees;
import dev.firn.maintenance.verify.CacheVerifier;
import dev.firn.maintenance.verify.VerifyReport;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes a consistent copy of a cache, which is a cache itself: it opens, and can be appended to and
 * maintained. Each partition is as it was at one instant (see {@link PartitionBackup}), not before
 * the backup began.
 *
 * <p>Files are linked where that works. That is safe because no file that is linked is ever changed
 * under its name (I2), neither by Firn nor by another engine: what is replaced (cursors, version
 * hints, the configuration, notes) is copied by its bytes. But it is one file then, and damage of
 * the disk hits both: copying, or another disk, guards against that. Lock files are left out.
 *
 * <p>The steps, and what is there if the process is killed right after each. In the cache nothing
 * is changed by any of them, but for a commit lock file where there was none:
 *
 * <ol>
 *   <li><b>Built</b> in {@code .building-<target>-<uuid>} beside the target, synced: a directory of
 *       that name, which the next backup to the same target names, and nobody takes for a backup.
 *   <li><b>Verified</b> there: the same.
 *   <li><b>{@code backup.json}</b> written into it, durably, with what it holds: the same.
 *   <li><b>Renamed</b> to the target: the backup is there, whole. Until the directory above it is
 *       synced a power cut may undo the rename.
 * </ol>
 */
public final class CacheBackup {
  /** In a backup: when it was taken and what it holds. */
  public static final String RECORD = "backup.json";

  private static final String CONFIGURATION = "firn.json";
  private static final String BUILDING = ".building-";

  /** In {@code maintenance/}: what is a daemon's own. */
  private static final String DAEMON = "daemon";

  /** Loaded when there is something to read or to write: that takes longer than most reads. */
  private static final class Json {
    static final ObjectMapper MAPPER = new ObjectMapper();
  }

  private final Disk disk;
  private final CacheDirectory cache;
  private final MaintenanceConfig config;
  private final InstantSource clock;
  private final PartitionLocks locks;

  /**
   * @param command what this process is, for those who find a partition locked
   */
  public CacheBackup(
      Disk disk,
      CacheDirectory cache,
      MaintenanceConfig config,
      InstantSource clock,
      String command) {
    this.disk = disk;
    this.cache = cache;
    this.config = config;
    this.clock = clock;
    this.locks = new PartitionLocks(disk, command);
  }

  /** When a cache was taken, if it was made as a backup of another. */
  public static Optional<String> takenAt(Disk disk, CacheDirectory cache) throws IOException {
    try {
      byte[] record = disk.read(cache.root().resolve(RECORD));
      return Optional.of(Json.MAPPER.readTree(record).path("takenAt").asText("?"));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.of("a time that cannot be read any more");
    }
  }

  /**
   * Makes a backup.
   *
   * @param to a directory that is not there, or is empty
   * @param copy do not link anything
   * @param full verify every page of the copy, too
   * @throws FileAlreadyExistsException if something is there
   * @throws IllegalArgumentException if one of the two directories would be inside the other
   */
  public BackupReport run(Path to, boolean copy, boolean full, BackupListener listener)
      throws IOException {
    Path target = to.toAbsolutePath().normalize();
    if (target.startsWith(cache.root()) || cache.root().startsWith(target)) {
      throw new IllegalArgumentException(
          target + " and the cache " + cache.root() + " cannot be inside each other");
    }
    requireFree(target);
    String now = clock.instant().toString();
    Path parent = Objects.requireNonNull(target.getParent());
    ensureDirectory(parent);
    String prefix = BUILDING + target.getFileName() + "-";
    List<Path> leftovers = new ArrayList<>();
    for (String name : disk.list(parent)) {
      if (name.startsWith(prefix)) {
        leftovers.add(parent.resolve(name));
      }
    }
    Path building = parent.resolve(prefix + UUID.randomUUID());
    disk.createDirectory(building);
    try (FileTransfer transfer = new FileTransfer(disk, building, !copy)) {
      List<String> notes = new ArrayList<>();
      List<BackedUpPartition> partitions = build(building, transfer, notes, listener);
      transfer.sync();
      VerifyReport verified =
          new CacheVerifier(disk, new CacheDirectory(disk, building), config, clock)
              .verify(List.of(), full, listener);
      BackupReport report =
          new BackupReport(
              target,
              now,
              partitions,
              verified,
              transfer.linkedFiles(),
              transfer.linkedBytes(),
              transfer.copiedFiles(),
              transfer.copiedBytes(),
              notes,
              leftovers);
      DurableFiles.create(disk, building.resolve(RECORD), record(report));
      requireFree(target);
      disk.rename(building, target);
      disk.syncDirectory(parent);
      return report;
    } catch (IOException | RuntimeException e) {
      removeOwn(building, e);
      throw e;
    }
  }

  private List<BackedUpPartition> build(
      Path building, FileTransfer transfer, List<String> notes, BackupListener listener)
      throws IOException {
    PartitionBackup backup =
        new PartitionBackup(disk, cache, locks, clock, building, transfer, listener);
    List<BackedUpPartition> partitions = new ArrayList<>();
    Set<Path> held = new HashSet<>();
    List<Partition> all = cache.partitions();
    for (int i = 0; i < all.size(); i++) {
      Partition partition = all.get(i);
      listener.taking(partition, i, all.size());
      Optional<BackedUpPartition> taken = backup.take(partition);
      taken.ifPresent(partitions::add);
      if (taken.isPresent()) {
        held.add(HeldAppends.directory(cache, partition));
      }
    }
    takeHeldOfOthers(cache.root().resolve(HeldAppends.HELD), held, backup);
    for (Path file : backup.filesBelow(cache.maintenance())) {
      if (file.startsWith(cache.journal().directory())) {
        continue; // taken as a partition, if it is one
      }
      if (cache.maintenance().equals(file.getParent())) {
        if (Reserve.isName(String.valueOf(file.getFileName()))) {
          continue; // it only takes room
        }
        takeMutable(file, backup, transfer);
      } else if (!file.startsWith(cache.maintenance().resolve(DAEMON))) {
        transfer.take(file, backup.inBackup(file));
      } else if (file.toString().endsWith(".json")) {
        takeMutable(file, backup, transfer); // but not its log, which it goes on with
      }
    }
    takeMutable(cache.root().resolve(CONFIGURATION), backup, transfer);
    for (String dataset : cache.datasets()) {
      for (Path spool : cache.foreignSpools(dataset)) {
        notes.add(
            cache.relative(spool)
                + ": rows that another program keeps there are in no table, and not in the backup");
      }
    }
    return partitions;
  }

  /** What is held for partitions that are not there. */
  private void takeHeldOfOthers(Path directory, Set<Path> taken, PartitionBackup backup)
      throws IOException {
    if (!disk.stat(directory).map(FileStat::isDirectory).orElse(false)) {
      return;
    }
    if (!taken.contains(directory)) {
      backup.takeHeld(directory);
    }
    for (String name : disk.list(directory)) {
      takeHeldOfOthers(directory.resolve(name), taken, backup);
    }
  }

  private void takeMutable(Path file, PartitionBackup backup, FileTransfer transfer)
      throws IOException {
    try {
      transfer.write(disk.read(file), backup.inBackup(file));
    } catch (NoSuchFileException e) {
      return; // there is none, or no more
    }
  }

  private static byte[] record(BackupReport report) throws IOException {
    ObjectNode document = Json.MAPPER.createObjectNode();
    document.put("version", 1);
    document.put("takenAt", report.takenAt());
    document.put("verified", report.verified().full() ? "full" : "quick");
    ArrayNode partitions = document.putArray("partitions");
    for (BackedUpPartition partition : report.partitions()) {
      ObjectNode node = partitions.addObject();
      node.put("path", partition.path());
      node.put("takenAt", partition.takenAt());
      if (partition.problem().isEmpty()) {
        node.put("generation", partition.generation());
        node.put("metadataFile", partition.metadataFile());
        node.put("highestLanded", partition.highestLanded());
      } else {
        node.put("problem", partition.problem());
      }
      node.put("held", partition.held());
      report.verified().partitions().stream()
          .filter(verified -> verified.partition().path().equals(partition.path()))
          .findFirst()
          .ifPresent(
              verified -> {
                node.put("rows", verified.rows());
                node.put("files", verified.files());
                node.put("bytes", verified.bytes());
              });
    }
    report.notes().forEach(document.putArray("notes")::add);
    return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(document);
  }

  private void requireFree(Path target) throws IOException {
    Optional<FileStat> stat = disk.stat(target);
    if (stat.isEmpty()) {
      return;
    }
    if (!stat.get().isDirectory()) {
      throw new FileAlreadyExistsException(target.toString(), null, "is there and no directory");
    }
    List<String> names = disk.list(target);
    if (!names.isEmpty()) {
      throw new FileAlreadyExistsException(
          target.toString(),
          null,
          "is not empty: it holds "
              + String.join(", ", names.subList(0, Math.min(3, names.size())))
              + (names.size() > 3 ? ", …" : ""));
    }
    Path parent = Objects.requireNonNull(target.getParent());
    if (!disk.fileSystem(parent).equals(disk.fileSystem(target))) {
      throw new FileSystemException(
          target.toString(), null, "is where something is mounted: name a directory below it");
    }
  }

  /** What is there may have been made by a backup that was killed before it synced that. */
  private void ensureDirectory(Path directory) throws IOException {
    Optional<FileStat> stat = disk.stat(directory);
    @Nullable Path parent = directory.getParent();
    if (parent == null) {
      return;
    }
    if (stat.isEmpty()) {
      ensureDirectory(parent);
      disk.createDirectory(directory);
      disk.syncDirectory(parent);
    } else if (stat.get().isDirectory()) {
      try {
        disk.syncDirectory(parent);
      } catch (AccessDeniedException e) {
        return; // it belongs to somebody else, who made it durable
      }
    }
  }

  private void removeOwn(Path building, Exception reason) {
    try {
      if (disk.stat(building).isPresent()) {
        Trees.remove(disk, building);
      }
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }
}
