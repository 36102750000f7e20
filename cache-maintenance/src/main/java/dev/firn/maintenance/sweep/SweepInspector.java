package dev.firn.maintenance.sweep;

import dev.firn.core.CacheException;
import dev.firn.core.append.HeldAppends;
import dev.firn.core.cursor.Cursor;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.FileStat;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.GenerationProof;
import dev.firn.core.generation.RetiredMarker;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.partition.PartitionState.OtherGeneration;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.notes.ObservedTime;
import dev.firn.maintenance.swap.Trees;
import dev.firn.maintenance.swap.Trees.Measure;
import dev.firn.maintenance.sweep.SweepItem.Action;
import dev.firn.maintenance.sweep.SweepItem.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Decides what may leave a partition (I5: removal needs proof). Reads only; when in doubt, it
 * stays.
 *
 * <p>Only called for a partition whose cursor is valid and whose live generation loads. Names that
 * are not Firn's ({@code table-7.bak}, {@code tables}, a user's own files) and symbolic links are
 * not even looked at. For the rest:
 *
 * <ul>
 *   <li><b>Retired</b>: the cursor or the live generation names it as what the live one was made
 *       from, or it carries {@code .retired}. Its grace runs from the time in the marker; a marker
 *       that is missing, unreadable or older than the swap is written anew first. It goes only if
 *       it has not changed since it was superseded: its newest metadata is the one that its
 *       successor was made from, or, where no successor of ours says so, no commit in it is later
 *       than the marker. Of more than {@code max_generations} of them the oldest need no grace but
 *       {@link #LEAST_GRACE}; what the live one was made from always has its whole grace.
 *   <li><b>Orphan</b>: never live. A generation without any metadata or without a snapshot; one
 *       that Firn proved and that has not changed since (it holds no row of its own); a {@code
 *       .building-} directory; what {@code .removing-} has renamed aside; a temporary name, also in
 *       the live generation or of a held exchange, which only its writer knows. Its grace runs from
 *       the newest modification anywhere below it, because a directory's own time does not move
 *       while files below it are written.
 *   <li><b>In doubt</b>: complete, of another program, named by nobody and never marked; or with
 *       metadata that does not load. It may have been live.
 * </ul>
 */
public final class SweepInspector {
  /** However many there are. */
  static final Duration LEAST_GRACE = Duration.ofHours(1);

  private final Disk disk;
  private final CacheDirectory cache;
  private final MaintenanceConfig config;
  private final ObservedTime time;
  private final boolean noGrace;
  private final Duration orphanGrace;
  private final int maxGenerations;

  /**
   * @param noGrace retired generations need no grace
   */
  public SweepInspector(
      Disk disk,
      CacheDirectory cache,
      MaintenanceConfig config,
      ObservedTime time,
      boolean noGrace) {
    this(disk, cache, config, time, noGrace, config.orphanGrace());
  }

  private SweepInspector(
      Disk disk,
      CacheDirectory cache,
      MaintenanceConfig config,
      ObservedTime time,
      boolean noGrace,
      Duration orphanGrace) {
    this.disk = disk;
    this.cache = cache;
    this.config = config;
    this.time = time;
    this.noGrace = noGrace;
    this.orphanGrace = orphanGrace;
    this.maxGenerations = config.housekeeping().maxGenerations();
  }

  /**
   * For a purge: neither superseded generations nor such as were never live have a grace. Whoever
   * uses it holds the lease, so nobody builds. Temporary files of appends keep theirs.
   */
  public static SweepInspector withoutGrace(
      Disk disk, CacheDirectory cache, MaintenanceConfig config, ObservedTime time) {
    return new SweepInspector(disk, cache, config, time, true, Duration.ZERO);
  }

  public List<SweepItem> inspect(Live state) throws IOException {
    List<SweepItem> items = new ArrayList<>();
    for (OtherGeneration other : state.others()) {
      items.add(inspect(state, other));
    }
    for (String entry : disk.list(state.partition().directory())) {
      inspectLitter(state.partition().directory().resolve(entry), entry).ifPresent(items::add);
    }
    items.addAll(interruptedWrites(state.generation().directory()));
    items.addAll(interruptedWrites(state.generation().paths().data()));
    items.addAll(interruptedWrites(state.generation().paths().metadata()));
    items.addAll(interruptedWrites(HeldAppends.directory(cache, state.partition())));
    return items;
  }

  /** What is right for one thing by now; empty if it is not there any more, or the live one. */
  Optional<SweepItem> inspectAgain(Live state, SweepItem item) throws IOException {
    for (OtherGeneration other : state.others()) {
      if (other.directory().equals(item.path())) {
        return Optional.of(inspect(state, other));
      }
    }
    return item.path().equals(state.generation().directory())
        ? Optional.empty()
        : inspectLitter(item.path(), String.valueOf(item.path().getFileName()));
  }

  /** What may leave {@code maintenance/}: what a pass that was killed had begun to write. */
  public List<SweepItem> inspectNotes() throws IOException {
    return interruptedWrites(cache.maintenance());
  }

  /** Temporary names whose grace is over, in a directory where no write takes so long. */
  private List<SweepItem> interruptedWrites(Path directory) throws IOException {
    List<SweepItem> items = new ArrayList<>();
    if (!disk.stat(directory).map(FileStat::isDirectory).orElse(false)) {
      return items;
    }
    for (String name : disk.list(directory)) {
      if (DurableFiles.isTemporary(name)) {
        inspectLitter(directory.resolve(name), name)
            .filter(item -> item.action() == Action.REMOVE)
            .ifPresent(items::add);
      }
    }
    return items;
  }

  /** What is right for one generation beside the live one. */
  SweepItem inspect(Live state, OtherGeneration other) throws IOException {
    Measure measure = Trees.measure(disk, other.directory());
    boolean predecessor =
        PartitionInspector.isNamedAsPredecessor(
            state.cursor().cursor(), state.generation(), other.name());
    if (predecessor || other.retired().isPresent()) {
      return inspectRetired(state, other, predecessor, measure);
    }
    return inspectUnmarked(other, measure);
  }

  private SweepItem inspectRetired(
      Live state, OtherGeneration other, boolean predecessor, Measure measure) {
    Optional<Instant> since = other.retired().flatMap(RetiredMarker::since);
    Optional<Instant> swapped = predecessor ? swapTime(state.cursor().cursor()) : Optional.empty();
    if (since.isEmpty() || swapped.map(at -> since.get().isBefore(at)).orElse(false)) {
      String why =
          other.retired().isEmpty()
              ? "superseded by " + state.generation().name() + " and not marked yet"
              : "its .retired is unreadable or older than the swap";
      return item(other, Kind.RETIRED, Action.MARK, why + ", grace runs from now", measure);
    }
    Duration age = time.age(since.get());
    Duration grace = config.retiredGrace();
    String retired = "retired " + words(age) + " ago";
    boolean early =
        !predecessor
            && age.compareTo(LEAST_GRACE) >= 0
            && supersededLater(state, other, since.get()) >= maxGenerations;
    if (early && age.compareTo(grace) < 0) {
      retired += ", and max_generations " + maxGenerations + " were superseded later";
    }
    if (!noGrace && !early && age.compareTo(grace) < 0) {
      return item(other, Kind.RETIRED, Action.KEEP, retired + ", grace " + words(grace), measure);
    }
    Optional<String> doubt = changedSince(state, other, since.get());
    if (doubt.isPresent()) {
      return item(other, Kind.IN_DOUBT, Action.KEEP, retired + ", but " + doubt.get(), measure);
    }
    return item(other, Kind.RETIRED, Action.REMOVE, retired, measure);
  }

  /** How many of the other superseded generations were so for longer. */
  private static long supersededLater(Live state, OtherGeneration than, Instant since) {
    return state.others().stream()
        .filter(other -> !other.name().equals(than.name()))
        .filter(
            other -> {
              Optional<Instant> at = other.retired().flatMap(RetiredMarker::since);
              return at.map(
                      time ->
                          time.isAfter(since)
                              || (time.equals(since)
                                  && other.name().number() > than.name().number()))
                  .orElse(
                      PartitionInspector.isNamedAsPredecessor(
                          state.cursor().cursor(), state.generation(), other.name()));
            })
        .count();
  }

  /** Why a retired generation may hold rows that its successor does not; empty if it cannot. */
  private Optional<String> changedSince(Live state, OtherGeneration other, Instant since) {
    Generation retired;
    try {
      retired = Generation.load(disk, other.directory(), other.name());
    } catch (IOException e) {
      return Optional.of("it does not load, so it cannot be shown that nothing was added to it");
    }
    if (!retired.unpublished().isEmpty()) {
      return Optional.of("files landed in it that were never published");
    }
    Optional<GenerationProof> successor = successor(state, other.name());
    if (successor.isPresent()) {
      GenerationProof proof = successor.get();
      return proof.parentMetadata().equals(retired.metadataFile())
              && proof.parentUuid().equals(retired.metadata().uuid())
          ? Optional.empty()
          : Optional.of(
              "it has moved from "
                  + proof.parentMetadata()
                  + " to "
                  + retired.metadataFile()
                  + " after it was superseded");
    }
    Instant updated = Instant.ofEpochMilli(retired.metadata().lastUpdatedMillis());
    return updated.isAfter(since)
        ? Optional.of("something was committed to it at " + updated + ", after it was retired")
        : Optional.empty();
  }

  /** As a rule the one with the next number, or the live one. */
  private Optional<GenerationProof> successor(Live state, GenerationName name) {
    Optional<GenerationProof> live =
        state.generation().proof().filter(p -> p.parent().equals(name));
    if (live.isPresent()) {
      return live;
    }
    List<OtherGeneration> retired =
        state.others().stream()
            .filter(other -> other.retired().isPresent() && !other.name().equals(name))
            .sorted(Comparator.comparing(other -> isBefore(other.name(), name)))
            .toList();
    for (OtherGeneration other : retired) {
      try {
        Optional<GenerationProof> proof =
            Generation.load(disk, other.directory(), other.name()).proof();
        if (proof.isPresent() && proof.get().parent().equals(name)) {
          return proof;
        }
      } catch (IOException e) {
        continue; // it names nobody that can be read
      }
    }
    return Optional.empty();
  }

  private static boolean isBefore(GenerationName name, GenerationName other) {
    return name.number() < other.number();
  }

  private SweepItem inspectUnmarked(OtherGeneration other, Measure measure) throws IOException {
    Generation generation;
    try {
      if (!Generation.hasMetadata(disk, other.directory(), other.name())) {
        return orphan(other.directory(), other.name(), "never committed", measure);
      }
      generation = Generation.load(disk, other.directory(), other.name());
    } catch (CacheException e) {
      return item(
          other,
          Kind.IN_DOUBT,
          Action.KEEP,
          "no cursor names it, and it does not load: it may have been live",
          measure);
    }
    if (!generation.unpublished().isEmpty()) {
      return item(
          other,
          Kind.IN_DOUBT,
          Action.KEEP,
          "no cursor names it, but files landed in it: it was live",
          measure);
    }
    if (generation.metadata().currentSnapshot() == null) {
      return orphan(other.directory(), other.name(), "never committed", measure);
    }
    Optional<GenerationProof> proof = generation.proof();
    if (proof.isPresent() && PartitionInspector.isAsProved(generation, proof.get())) {
      return orphan(
          other.directory(),
          other.name(),
          "never swapped in, all its rows are from " + proof.get().parent(),
          measure);
    }
    return item(
        other,
        Kind.IN_DOUBT,
        Action.KEEP,
        "complete, but no cursor names it and nothing retired it: it may have been live",
        measure);
  }

  private Optional<SweepItem> inspectLitter(Path path, String entry) throws IOException {
    boolean temporary = DurableFiles.isTemporary(entry);
    Optional<GenerationName> building = PartitionFiles.parseBuilding(entry);
    Optional<GenerationName> removing = PartitionFiles.parseRemoving(entry);
    Optional<FileStat> stat =
        temporary || building.isPresent() || removing.isPresent()
            ? disk.stat(path)
            : Optional.empty();
    if (stat.isEmpty()
        || stat.get().kind() != (temporary ? FileStat.Kind.FILE : FileStat.Kind.DIRECTORY)) {
      return Optional.empty();
    }
    Measure measure = Trees.measure(disk, path);
    if (removing.isPresent()) {
      return Optional.of(
          new SweepItem(
              path,
              removing,
              Kind.ORPHAN,
              Action.REMOVE,
              "its removal was interrupted",
              measure.freeableBytes()));
    }
    return Optional.of(
        orphan(
            path,
            building.orElse(null),
            temporary ? "a write was interrupted" : "being built, or its building was interrupted",
            measure));
  }

  private SweepItem orphan(
      Path path,
      @org.jspecify.annotations.Nullable GenerationName name,
      String what,
      Measure measure) {
    Duration age = time.age(measure.newest());
    Duration grace = name == null ? config.orphanGrace() : orphanGrace;
    boolean over = age.compareTo(grace) >= 0;
    String why = what + ", last changed " + words(age) + " ago";
    return new SweepItem(
        path,
        Optional.ofNullable(name),
        Kind.ORPHAN,
        over ? Action.REMOVE : Action.KEEP,
        over ? why : why + ", grace " + words(grace),
        measure.freeableBytes());
  }

  private static SweepItem item(
      OtherGeneration other, Kind kind, Action action, String why, Measure measure) {
    return new SweepItem(
        other.directory(), Optional.of(other.name()), kind, action, why, measure.freeableBytes());
  }

  private static Optional<Instant> swapTime(Cursor cursor) {
    try {
      return cursor
          .compaction()
          .map(Cursor.Compaction::compactedAt)
          .filter(at -> !at.isEmpty())
          .map(Instant::parse);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** A duration as people say it, rounded down: 45 s, 12 min, 25 h, 3 d. */
  static String words(Duration duration) {
    if (duration.compareTo(Duration.ofMinutes(2)) < 0) {
      return duration.toSeconds() + " s";
    }
    if (duration.compareTo(Duration.ofHours(2)) < 0) {
      return duration.toMinutes() + " min";
    }
    if (duration.compareTo(Duration.ofDays(3)) < 0) {
      return duration.toHours() + " h";
    }
    return duration.toDays() + " d";
  }
}
