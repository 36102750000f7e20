package dev.firn.maintenance.repair;

import dev.firn.core.append.HeldAppends;
import dev.firn.core.cursor.Cursor;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.FileStat;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.MetadataVersions;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.partition.PartitionState.Problem;
import dev.firn.core.partition.PartitionState.Unreadable;
import dev.firn.core.read.UnpublishedRows;
import dev.firn.maintenance.notes.PassMemory;
import dev.firn.maintenance.quarantine.QuarantineRecord.Kind;
import dev.firn.maintenance.repair.GenerationEvidence.Condition;
import dev.firn.maintenance.repair.LiveVerdict.Open;
import dev.firn.maintenance.repair.LiveVerdict.Proved;
import dev.firn.maintenance.repair.Mend.Beyond;
import dev.firn.maintenance.repair.Mend.BringIn;
import dev.firn.maintenance.repair.Mend.ChooseLive;
import dev.firn.maintenance.repair.Mend.Litter;
import dev.firn.maintenance.repair.Mend.NameLive;
import dev.firn.maintenance.repair.Mend.Proposal;
import dev.firn.maintenance.repair.Mend.RewriteHint;
import dev.firn.maintenance.repair.Mend.StepBack;
import dev.firn.maintenance.repair.Mend.Withhold;
import dev.firn.maintenance.repair.MetadataFallback.Torn;
import dev.firn.maintenance.sweep.SweepInspector;
import dev.firn.maintenance.sweep.SweepItem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Says what can be mended in a partition. Reads only; the same plan is made again under the locks
 * before anything is done.
 */
final class RepairPlanner {
  private final Disk disk;
  private final CacheDirectory cache;
  private final InstantSource clock;
  private final SweepInspector sweep;
  private final RepairOptions options;

  RepairPlanner(
      Disk disk,
      CacheDirectory cache,
      InstantSource clock,
      SweepInspector sweep,
      RepairOptions options) {
    this.disk = disk;
    this.cache = cache;
    this.clock = clock;
    this.sweep = sweep;
    this.options = options;
  }

  /** In the order in which they are to be done: each may make others possible, or needless. */
  List<Mend> plan(Partition partition) throws IOException {
    PartitionState state = new PartitionInspector(disk).inspect(partition);
    if (state instanceof Unreadable unreadable) {
      return planUnreadable(unreadable, options.chosen());
    }
    if (state instanceof Live live) {
      List<Mend> mends = new ArrayList<>(planStructure(live));
      mends.addAll(damagedFiles(live));
      bringIn(live).ifPresent(mends::add);
      mends.addAll(litter(live));
      return mends;
    }
    return List.of();
  }

  /** The part of the plan that is about the way to the rows, and is made anew under the lock. */
  List<Mend> planStructure(Partition partition) throws IOException {
    PartitionState state = new PartitionInspector(disk).inspect(partition);
    if (state instanceof Unreadable unreadable) {
      return planUnreadable(unreadable, options.chosen());
    }
    return state instanceof Live live ? planStructure(live) : List.of();
  }

  private List<Mend> planStructure(Live live) throws IOException {
    return hint(live.generation()).map(List::of).orElse(List.of());
  }

  private List<Mend> planUnreadable(Unreadable state, Optional<GenerationName> chosen)
      throws IOException {
    if (state.problem() == Problem.CURSOR_UNSUPPORTED) {
      return List.of(
          new Beyond(
              new Proposal(
                  state.file(),
                  state.reason(),
                  "use the newer firn that wrote it",
                  OptionalLong.empty(),
                  false)));
    }
    EvidenceReader reader = new EvidenceReader(disk, state.partition());
    List<GenerationEvidence> generations = reader.generations();
    CursorEvidence cursor = reader.cursor(generations);
    List<Mend> mends = new ArrayList<>();
    for (GenerationEvidence generation : generations) {
      if (generation.condition() == Condition.DAMAGED && !generation.retired()) {
        stepBack(state.partition(), generation.name(), chosen).ifPresent(mends::add);
      }
    }
    if (mends.stream().noneMatch(mend -> mend.proposal().provable())) {
      mends.add(nameLive(state, generations, cursor, chosen));
    }
    return mends;
  }

  private Optional<Mend> stepBack(
      Partition partition, GenerationName name, Optional<GenerationName> chosen)
      throws IOException {
    Optional<Torn> found = new MetadataFallback(disk, partition, name).find();
    if (found.isEmpty() || found.get().older().isEmpty()) {
      return Optional.empty();
    }
    Torn torn = found.get();
    String older = MetadataVersions.format(torn.older().getAsInt());
    Path file =
        partition
            .generation(name)
            .resolve("metadata")
            .resolve(MetadataVersions.format(torn.torn()));
    boolean chosenHere = chosen.map(name::equals).orElse(false);
    boolean done = torn.isProvable() || chosenHere;
    String action =
        torn.isProvable()
            ? "step back to "
                + older
                + "; "
                + counted(torn.landed(), "landed file")
                + " that it had published "
                + (torn.landed() == 1 ? "stays live and is" : "stay live and are")
                + " published anew"
            : chosenHere
                ? "step back to " + older + ", as asked for, though " + torn.doubt()
                : "restore it from a backup; or --generation "
                    + name
                    + " to step back to "
                    + older
                    + ", which may lose rows: "
                    + torn.doubt();
    return Optional.of(
        new StepBack(
            new Proposal(
                file,
                "the newest metadata of " + name + " cannot be read",
                action,
                torn.isProvable() ? OptionalLong.of(torn.rows()) : OptionalLong.empty(),
                done),
            name,
            torn.torn()));
  }

  private Mend nameLive(
      Unreadable state,
      List<GenerationEvidence> generations,
      CursorEvidence cursor,
      Optional<GenerationName> chosen) {
    Path file = state.partition().cursorFile();
    String reason = plain(state.reason());
    String itself = cache.relative(state.file()) + ": ";
    String wrong =
        state.problem().text()
            + ": "
            + (reason.startsWith(itself) ? reason.substring(itself.length()) : reason);
    if (chosen.isPresent()) {
      Optional<GenerationEvidence> wanted =
          generations.stream().filter(g -> g.name().equals(chosen.get())).findFirst();
      if (wanted.isPresent() && wanted.get().condition() != Condition.DAMAGED) {
        return new NameLive(
            new Proposal(
                file, wrong, "name " + chosen.get() + ", as asked for", wanted.get().rows(), true),
            chosen.get());
      }
    }
    LiveVerdict verdict = LiveReasoning.decide(generations, cursor);
    if (verdict instanceof Proved proved) {
      return new NameLive(
          new Proposal(
              file,
              wrong,
              "name " + proved.live() + ": " + proved.why(),
              rows(generations, proved.live()),
              true),
          proved.live());
    }
    if (verdict instanceof Open open) {
      String action =
          open.candidates().stream().anyMatch(Candidate::readable)
              ? open.why() + "; choose with --partition and --generation"
              : open.why() + "; restore the partition from a backup";
      Optional<GenerationName> named = cursor.valid().map(Cursor::live);
      return new ChooseLive(
          new Proposal(
              file,
              wrong,
              action,
              named.map(name -> rows(generations, name)).orElse(OptionalLong.empty()),
              false),
          open.candidates());
    }
    throw new AssertionError(verdict);
  }

  private static OptionalLong rows(List<GenerationEvidence> generations, GenerationName name) {
    return generations.stream()
        .filter(g -> g.name().equals(name))
        .findFirst()
        .map(GenerationEvidence::rows)
        .orElse(OptionalLong.empty());
  }

  private List<Mend> damagedFiles(Live live) throws IOException {
    Set<String> suspects =
        PassMemory.load(disk, cache)
            .find(live.partition().path())
            .map(entry -> entry.unreadable().keySet())
            .orElse(Set.of());
    List<Mend> mends = new ArrayList<>();
    for (DamagedFile file :
        new DamagedFiles(disk, options.full(), suspects).find(live.generation())) {
      boolean missing = file.kind() == Kind.MISSING;
      // A swap would lose them, as any rewrite would; landed files are left out without one.
      boolean branched =
          file.kind() != Kind.LANDED && live.generation().metadata().refs().size() > 1;
      boolean done = options.withhold() && (!missing || options.acceptLoss()) && !branched;
      String action =
          branched
              ? "restore it from a backup: the table has branches or tags, which going on without it"
                  + " would lose"
              : !missing
                  ? (done ? "put it into quarantine and go on without it" : "see to it by hand")
                      + "; its rows are withheld and named as long as it is there"
                  : done
                      ? "go on without it; the loss is named from then on"
                      : "restore it from a backup; or --accept-loss to go on without it";
      mends.add(
          new Withhold(
              new Proposal(
                  file.path(),
                  "a data file cannot be read: " + plain(file.why()),
                  action,
                  file.rows(),
                  done),
              live.generation().name(),
              file));
    }
    return mends;
  }

  private List<Mend> litter(Live live) throws IOException {
    List<Mend> mends = new ArrayList<>();
    for (SweepItem item : sweep.inspect(live)) {
      if (item.kind() == SweepItem.Kind.ORPHAN) {
        mends.add(
            new Litter(
                new Proposal(
                    item.path(),
                    item.why(),
                    "none: it holds no live row, and a pass removes it after its grace",
                    OptionalLong.of(0),
                    false)));
      }
    }
    return mends;
  }

  private Optional<Mend> hint(Generation generation) throws IOException {
    Path hint = generation.paths().versionHint();
    int newest = MetadataVersions.parse(generation.metadataFile()).orElseThrow();
    Optional<FileStat> stat = disk.stat(hint);
    String found;
    if (stat.isEmpty()) {
      found = "missing";
    } else if (!stat.get().isFile()) {
      return Optional.empty(); // somebody's link or directory: verify names it
    } else {
      String text = new String(disk.read(hint), StandardCharsets.UTF_8).strip();
      if (text.equals(Integer.toString(newest))) {
        return Optional.empty();
      }
      found =
          text.matches("[0-9]{1,9}") ? "names version " + text : "does not hold a version's number";
    }
    return Optional.of(
        new RewriteHint(
            new Proposal(
                hint,
                "the version hint " + (found.equals("missing") ? "is missing" : found),
                "write " + newest + "; Firn does not need it, other engines find the table by it",
                OptionalLong.of(0),
                true),
            generation.name(),
            newest));
  }

  private Optional<Mend> bringIn(Live live) throws IOException {
    int unpublished = live.generation().unpublished().size();
    long held = new HeldAppends(disk, cache, clock).count(live.partition());
    if (unpublished == 0 && held == 0) {
      return Optional.empty();
    }
    List<String> wrong = new ArrayList<>();
    List<String> action = new ArrayList<>();
    OptionalLong rows = OptionalLong.empty();
    if (unpublished > 0) {
      rows = landedRows(live.generation());
      wrong.add(counted(unpublished, "landed file") + " not yet published");
      action.add("publish, so that other engines see them too");
    }
    if (held > 0) {
      wrong.add(counted(held, "exchange") + " held");
      action.add("land what is held");
    }
    return Optional.of(
        new BringIn(
            new Proposal(
                live.generation().directory(),
                String.join(", ", wrong),
                String.join(", and ", action),
                rows,
                true)));
  }

  private OptionalLong landedRows(Generation generation) {
    try {
      return OptionalLong.of(UnpublishedRows.count(disk, generation));
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  private String plain(String text) {
    return text.replace(cache.root() + "/", "");
  }

  private static String counted(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }
}
