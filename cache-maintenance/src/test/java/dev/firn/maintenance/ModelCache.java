package dev.firn.maintenance;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.DropReason;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.GenerationProof;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.read.RowReader;
import dev.firn.core.rows.NotAnExchangeException;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.maintenance.ModelRows.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;

/**
 * A cache of one dataset with two partitions, and beside it the rows that it must hold and, of each
 * partition, which of them came after the swap that made its live generation.
 */
final class ModelCache {
  static final List<String> SOURCES = List.of(Appends.SOURCE, "other");
  private static final List<String> STATES = List.of("running", "done", "failed", "done");
  private static final int NOTES = 6;

  final Path root;
  final ModelRows rows = new ModelRows();
  private final Random random;
  private final Map<String, String> generations = new HashMap<>();
  private final Map<String, Set<String>> cameSince = new HashMap<>();
  private int exchanges;
  private int times;

  ModelCache(Path root, Random random) {
    this.root = root;
    this.random = random;
  }

  String note() {
    return "mark-" + random.nextInt(NOTES) + "-mark";
  }

  /** The first row has a value in every column, so that every table has them all. */
  List<Row> newRows(String source, Instant now, boolean harmless) {
    String id = "e" + exchanges++;
    int count = 1 + random.nextInt(4);
    List<Row> made = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean whole = i == 0 || harmless;
      Instant time =
          now.truncatedTo(ChronoUnit.SECONDS)
              .minus(Duration.ofMinutes(harmless ? 0 : random.nextInt(14 * 24 * 60)))
              .plus(times++, ChronoUnit.MICROS);
      made.add(
          new Row(
              id + "/" + i,
              source,
              whole || random.nextInt(6) > 0 ? Optional.of(time) : Optional.empty(),
              whole || random.nextInt(6) > 0
                  ? Optional.of(STATES.get(random.nextInt(STATES.size())))
                  : Optional.empty(),
              harmless
                  ? Optional.of("alone " + id + i)
                  : whole || random.nextInt(4) > 0
                      ? Optional.of("g" + random.nextInt(12))
                      : Optional.empty(),
              harmless
                  ? Optional.of("harmless")
                  : whole || random.nextInt(6) > 0 ? Optional.of(note()) : Optional.empty()));
    }
    return made;
  }

  /** Appends them; the model is told by the caller. */
  static void append(Cache cache, List<Row> rows) throws IOException {
    try {
      cache
          .writer(Appends.DATASET, rows.get(0).source())
          .append(rows.stream().map(Row::json).collect(Collectors.joining(",", "[", "]")));
    } catch (NotAnExchangeException e) {
      throw new AssertionError(e);
    }
  }

  Partition partition(Disk disk, String source) {
    return new CacheDirectory(disk, root).partition(Appends.DATASET, Map.of("source", source));
  }

  Optional<Live> live(String source) {
    RecordingDisk disk = new RecordingDisk();
    return new PartitionInspector(disk).inspect(partition(disk, source)) instanceof Live live
        ? Optional.of(live)
        : Optional.empty();
  }

  static List<String> keys(Generation generation) throws IOException {
    Types.NestedField key = generation.metadata().schema().findField("k");
    List<String> keys = new ArrayList<>();
    new RowReader(new LocalDisk(), generation)
        .forEach(
            new Schema(key),
            row -> {
              keys.add((String) row.get(0));
              return true;
            });
    return keys;
  }

  /** The keys of all live rows; no row may be there twice. */
  Set<String> found() throws IOException {
    Set<String> found = new HashSet<>();
    for (String source : SOURCES) {
      Optional<Live> live = live(source);
      if (live.isPresent()) {
        for (String key : keys(live.get().generation())) {
          if (!found.add(key)) {
            throw new AssertionError(key + " is there twice");
          }
        }
      }
    }
    return found;
  }

  /** The cache as it is now is as it must be. */
  void become(Set<String> found, Set<String> meanwhile) {
    Set<String> before = rows.keys();
    rows.become(found);
    for (String source : SOURCES) {
      String generation =
          live(source).map(live -> live.generation().name().format()).orElse("none");
      Set<String> since = cameSince.computeIfAbsent(source, s -> new HashSet<>());
      if (!generation.equals(generations.put(source, generation))) {
        since.clear();
        since.addAll(meanwhile);
      } else {
        found.stream().filter(key -> !before.contains(key)).forEach(since::add);
      }
      since.retainAll(of(source, found));
    }
  }

  private Set<String> of(String source, Set<String> keys) {
    return keys.stream()
        .filter(key -> rows.row(key).source().equals(source))
        .collect(Collectors.toSet());
  }

  /** The rows after a restore of one partition; empty where there is nothing to go back to. */
  Optional<Set<String>> restored(String source) throws IOException {
    Optional<Live> live = live(source);
    Optional<GenerationProof> proof = live.flatMap(l -> l.generation().proof());
    if (proof.isEmpty()) {
      return Optional.empty();
    }
    RecordingDisk disk = new RecordingDisk();
    Path directory = partition(disk, source).directory().resolve(proof.get().parent().format());
    if (!Files.isDirectory(directory)) {
      return Optional.empty();
    }
    if (proof.get().dropped().count(DropReason.QUARANTINED) > 0) {
      return Optional.empty(); // its parent has the damaged files
    }
    Set<String> expected = rows.keys();
    expected.removeAll(of(source, expected));
    expected.addAll(keys(Generation.load(disk, directory, proof.get().parent())));
    expected.addAll(cameSince.getOrDefault(source, Set.of()));
    return Optional.of(expected);
  }

  /** While its cursor cannot be read; then it can be again. */
  void withoutCursor(String source, Work work) throws IOException {
    Path cursor = partition(new RecordingDisk(), source).directory().resolve(PartitionFiles.CURSOR);
    byte[] valid = Files.readAllBytes(cursor);
    Files.writeString(cursor, "{");
    work.run();
    Files.write(cursor, valid);
  }

  /** Something that is done to a cache. */
  interface Work {
    void run() throws IOException;
  }

  /** A live data file, and the keys in it. */
  record DataFile(Path path, Set<String> keys) {}

  /** One that some row is in and that no delete applies to, if there is one. */
  Optional<DataFile> anyDataFile(String source) throws IOException {
    Optional<Live> live = live(source);
    if (live.isEmpty()) {
      return Optional.empty();
    }
    Generation generation = live.get().generation();
    List<FileScanTask> files =
        generation.liveFiles().stream().filter(file -> file.deletes().isEmpty()).toList();
    if (files.isEmpty()) {
      return Optional.empty();
    }
    Path path = generation.io().resolve(files.get(random.nextInt(files.size())).file().location());
    return Optional.of(new DataFile(path, new HashSet<>(ArchivedKeys.in(path))));
  }
}
