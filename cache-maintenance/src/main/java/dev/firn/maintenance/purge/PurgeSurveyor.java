package dev.firn.maintenance.purge;

import dev.firn.core.append.HeldAppends;
import dev.firn.core.condition.Condition;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskInput;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.FileStat;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.LandedName;
import dev.firn.core.layout.Partition;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.maintenance.purge.MatchingRows.Count;
import dev.firn.maintenance.purge.PurgeFinding.Place;
import dev.firn.maintenance.retain.Archive;
import dev.firn.maintenance.retain.RetentionConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;

/**
 * Reads every row of every file of a partition, wherever it lies: in the live generation and beside
 * its table, in superseded generations and litter, in quarantine, among the copies of repairs, and
 * what is held. Changes nothing. What begins like a Parquet file and cannot be read is a finding:
 * rows may be in it. Lock files are not opened.
 */
final class PurgeSurveyor {
  private static final String PARQUET = "PAR1";
  private static final String PUFFIN = "PFA1";
  private static final int MAGIC_BYTES = 4;
  private static final Set<String> LOCKS =
      Set.of(PartitionFiles.COMMIT_LOCK, PartitionFiles.MAINTAIN_LOCK, ".recover.lock");

  private final Disk disk;
  private final CacheDirectory cache;
  private final RetentionConfig retention;

  /**
   * @param retention says where archives are
   */
  PurgeSurveyor(Disk disk, CacheDirectory cache, RetentionConfig retention) {
    this.disk = disk;
    this.cache = cache;
    this.retention = retention;
  }

  PurgeSurvey survey(Live live, Condition condition) throws IOException {
    return new Walk(live, condition).all();
  }

  /** Files in the live generation's directory that are no part of its table, and may match. */
  List<PurgeFinding> strays(Live live, Condition condition) throws IOException {
    Walk walk = new Walk(live, condition);
    walk.files(live.generation().directory(), Place.LIVE);
    return walk.done().findings().stream().filter(f -> f.place() == Place.STRAY).toList();
  }

  /** One walk over a partition. */
  private final class Walk {
    private final Live live;
    private final Condition condition;
    private final MatchingRows matching;
    private final Set<Path> table = new HashSet<>();
    private final Map<Object, Long> names = new HashMap<>();
    private final Map<Object, Integer> linked = new HashMap<>();
    private final Map<Object, PurgeFinding> found = new HashMap<>();
    private final Set<Object> clean = new HashSet<>();
    private final List<PurgeFinding> findings = new ArrayList<>();
    private final Map<Path, Object> identities = new HashMap<>();
    private long filesScanned;
    private long rowsScanned;
    private long otherFiles;

    Walk(Live live, Condition condition) throws IOException {
      this.live = live;
      this.condition = condition;
      Generation generation = live.generation();
      Schema schema = generation.metadata().schema();
      this.matching = new MatchingRows(disk, generation, schema, condition.bind(schema));
      for (FileScanTask task : generation.liveFiles()) {
        table.add(generation.io().resolve(task.file().location()));
      }
      for (LandedName landed : generation.unpublished()) {
        table.add(generation.paths().data().resolve(landed.format()));
      }
    }

    PurgeSurvey all() throws IOException {
      Partition partition = live.partition();
      for (String name : names(partition.directory())) {
        Path path = partition.directory().resolve(name);
        boolean generation = GenerationName.parse(name).isPresent();
        if (path.equals(live.generation().directory())) {
          files(path, Place.LIVE);
        } else if (generation
            || PartitionFiles.parseBuilding(name).isPresent()
            || PartitionFiles.parseRemoving(name).isPresent()
            || DurableFiles.isTemporary(name)) {
          files(path, Place.SUPERSEDED);
        } else if (name.equals(PartitionFiles.QUARANTINE)) {
          files(path, Place.QUARANTINE);
        } else if (!name.contains("=")) { // that is a partition of its own
          files(path, Place.FOREIGN);
        }
      }
      files(HeldAppends.directory(cache, partition), Place.HELD);
      Path repairs = cache.maintenance().resolve("repair");
      for (String repair : names(repairs)) {
        files(repairs.resolve(repair).resolve(partition.path()), Place.REPAIR_COPY);
      }
      Optional<String> archive = retention.policy(partition.dataset()).archive();
      if (archive.isPresent()) {
        files(new Archive(disk, archive.get(), live).directory(), Place.ARCHIVE);
      }
      return done();
    }

    /** What was found, with the names that files have beyond those that were met. */
    PurgeSurvey done() {
      List<PurgeFinding> withNames = new ArrayList<>();
      for (PurgeFinding finding : findings) {
        Object identity = identities.get(finding.path());
        long other = linked.getOrDefault(identity, 0) - names.getOrDefault(identity, 0L);
        withNames.add(
            new PurgeFinding(
                finding.path(),
                finding.place(),
                finding.matching(),
                finding.rows(),
                finding.trouble(),
                Math.max(0, other)));
      }
      return new PurgeSurvey(filesScanned, rowsScanned, otherFiles, withNames);
    }

    private List<String> names(Path directory) throws IOException {
      try {
        return disk.stat(directory).map(FileStat::isDirectory).orElse(false)
            ? disk.list(directory)
            : List.of();
      } catch (NoSuchFileException e) {
        return List.of(); // removed meanwhile
      }
    }

    void files(Path path, Place place) throws IOException {
      FileStat stat = disk.stat(path).orElse(null);
      if (stat == null || stat.kind() == FileStat.Kind.SYMBOLIC_LINK) {
        return;
      }
      if (stat.isDirectory()) {
        for (String name : names(path)) {
          files(path.resolve(name), place);
        }
      } else if (stat.isFile() && !LOCKS.contains(String.valueOf(path.getFileName()))) {
        try {
          file(path, stat, place);
        } catch (NoSuchFileException e) {
          return; // its writer has removed it
        }
      }
    }

    private void file(Path path, FileStat stat, Place place) throws IOException {
      identities.put(path, stat.identity());
      names.merge(stat.identity(), 1L, Long::sum);
      linked.put(stat.identity(), stat.names());
      if (place == Place.HELD) {
        held(path);
        return;
      }
      if (clean.contains(stat.identity())) {
        return;
      }
      Place where = place == Place.LIVE && !table.contains(path) ? Place.STRAY : place;
      PurgeFinding same = found.get(stat.identity());
      if (same != null) {
        findings.add(
            new PurgeFinding(path, where, same.matching(), same.rows(), same.trouble(), 0));
        return;
      }
      if (!mayHoldRows(path, stat)) {
        otherFiles++;
        return;
      }
      PurgeFinding finding;
      try {
        AskedFile asked =
            place == Place.ARCHIVE || place == Place.REPAIR_COPY
                ? AskedFile.of(disk, live.generation(), condition, path)
                : new AskedFile(matching, Optional.empty());
        Count count = asked.rows().count(path);
        filesScanned++;
        rowsScanned += count.rows();
        if (count.matching() == 0) {
          clean.add(stat.identity());
          return;
        }
        finding =
            new PurgeFinding(
                path, where, count.matching(), count.rows(), asked.doubt().orElse(""), 0);
      } catch (NoSuchFileException e) {
        throw e;
      } catch (IOException e) {
        if (disk.stat(path).isEmpty()) {
          return;
        }
        finding = new PurgeFinding(path, where, 0, 0, String.valueOf(e.getMessage()), 0);
      }
      found.put(stat.identity(), finding);
      findings.add(finding);
    }

    /** What is held is looked at when it has landed. */
    private void held(Path path) {
      String name = String.valueOf(path.getFileName());
      if (name.contains(".json")) {
        findings.add(new PurgeFinding(path, Place.HELD, 0, 0, "it has not landed yet", 0));
      } else {
        otherFiles++;
      }
    }

    private boolean mayHoldRows(Path path, FileStat stat) throws IOException {
      if (stat.sizeBytes() < MAGIC_BYTES) {
        return false;
      }
      ByteBuffer magic = ByteBuffer.allocate(MAGIC_BYTES);
      try (DiskInput input = disk.open(path)) {
        while (magic.hasRemaining() && input.read(magic, magic.position()) >= 0) {
          continue;
        }
      }
      String begin = new String(magic.array(), StandardCharsets.ISO_8859_1);
      Path directory = path.getParent();
      boolean data = directory != null && directory.endsWith(PartitionFiles.DATA);
      return begin.equals(PARQUET) || (data && !begin.equals(PUFFIN));
    }
  }
}
