package dev.firn.maintenance.verify;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.FileStat;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.RetiredMarker;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.Partition;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState;
import dev.firn.core.partition.PartitionState.Absent;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.partition.PartitionState.OtherGeneration;
import dev.firn.core.partition.PartitionState.Problem;
import dev.firn.core.partition.PartitionState.Unreadable;
import dev.firn.maintenance.quarantine.Quarantine;
import dev.firn.maintenance.quarantine.QuarantineRecord;
import dev.firn.maintenance.sweep.SweepInspector;
import dev.firn.maintenance.verify.GenerationCheck.Content;
import dev.firn.maintenance.verify.VerifiedPartition.State;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * Checks one partition. It takes no lock, and others may append, publish and swap meanwhile: where
 * there is trouble and something has moved, the partition is looked at again, so that a file which
 * rightly went is not taken for one that is lost.
 */
final class PartitionCheck {
  private static final int ATTEMPTS = 5;
  private static final String REPAIR = "ask \"firn query repair\"";
  private static final Set<String> KNOWN =
      Set.of(
          PartitionFiles.CURSOR,
          PartitionFiles.COMMIT_LOCK,
          PartitionFiles.COMMIT_OWNER,
          PartitionFiles.MAINTAIN_LOCK,
          PartitionFiles.MAINTAIN_OWNER,
          PartitionFiles.QUARANTINE);

  private final Disk disk;
  private final CacheDirectory cache;
  private final SweepInspector sweep;
  private final Partition partition;
  private final VerifyListener listener;

  private Findings findings;
  private State state = State.ABSENT;
  private Optional<String> live = Optional.empty();
  private final List<Examined> examined = new ArrayList<>();
  private long generations;

  /** A generation that is or may be the live one, and where findings in it go. */
  private record Examined(Content content, GenerationFindings findings) {}

  PartitionCheck(
      Disk disk,
      CacheDirectory cache,
      SweepInspector sweep,
      Partition partition,
      VerifyListener listener) {
    this.disk = disk;
    this.cache = cache;
    this.sweep = sweep;
    this.partition = partition;
    this.listener = listener;
    this.findings = new Findings(cache);
  }

  VerifiedPartition check(boolean full) {
    for (int attempt = 1; ; attempt++) {
      String before = stamp();
      findings = new Findings(cache);
      examined.clear();
      generations = 0;
      live = Optional.empty();
      try {
        quick();
        if (full) {
          decode();
        }
      } catch (IOException | RuntimeException e) {
        findings.damage(
            partition.directory(),
            "a partition that can be read",
            Findings.why(e),
            "what comes after it could not be checked",
            "see to the disk, and check again");
      }
      if (!findings.hasTrouble() || attempt == ATTEMPTS || stamp().equals(before)) {
        return result();
      }
    }
  }

  private VerifiedPartition result() {
    return new VerifiedPartition(
        partition,
        state,
        live,
        generations,
        sum(Content::dataFiles),
        sum(Content::rows),
        sum(Content::bytes),
        findings.sorted());
  }

  private long sum(ToLongFunction<Content> number) {
    return examined.stream().map(Examined::content).mapToLong(number).sum();
  }

  /** Changes whenever something in the partition comes or goes. */
  private String stamp() {
    StringBuilder stamp = new StringBuilder();
    List<Path> directories = new ArrayList<>(List.of(partition.directory()));
    try {
      stamp.append(disk.stat(partition.cursorFile()));
      for (String name : disk.list(partition.directory())) {
        if (GenerationName.parse(name).isPresent()) {
          Path generation = partition.directory().resolve(name);
          directories.add(generation);
          directories.add(generation.resolve(PartitionFiles.METADATA));
          directories.add(generation.resolve(PartitionFiles.DATA));
        }
      }
    } catch (IOException e) {
      stamp.append(e);
    }
    for (Path directory : directories) {
      try {
        stamp.append(disk.list(directory)).append('\n');
      } catch (IOException e) {
        stamp.append(e).append('\n');
      }
    }
    return stamp.toString();
  }

  private void quick() throws IOException {
    PartitionState found = new PartitionInspector(disk).inspect(partition);
    if (found instanceof Live current) {
      live = Optional.of(current.generation().name().format());
      checkGenerations(Optional.of(current));
      boolean readable = examined.stream().anyMatch(g -> g.content().readable());
      state = readable ? State.LIVE : State.UNREADABLE;
      noteWhatMayStillHoldRows(current);
      checkQuarantine(current);
      new LineageCheck(disk, findings, sweep).check(current);
    } else if (found instanceof Unreadable unreadable) {
      state = State.UNREADABLE;
      report(unreadable);
      checkGenerations(Optional.empty());
    } else if (found instanceof Absent) {
      state = State.ABSENT;
    } else {
      throw new AssertionError(found);
    }
    checkDirectory();
    new HeldCheck(disk, cache).check(partition, findings);
  }

  private void report(Unreadable unreadable) {
    String file = unreadable.file() + ": ";
    String reason = unreadable.reason();
    findings.damage(
        unreadable.file(),
        expected(unreadable.problem()),
        reason.startsWith(file) ? reason.substring(file.length()) : reason,
        "none of its rows can be told to be live: nothing in it is written or removed, and what is"
            + " appended is held",
        advice(unreadable.problem()));
  }

  private static String expected(Problem problem) {
    return switch (problem) {
      case CURSOR_UNREADABLE, CURSOR_MISSING -> "a valid cursor";
      case CURSOR_UNSUPPORTED -> "what this version of Firn can read";
      case GENERATION_MISSING -> "the generation that the cursor names";
      case GENERATION_DAMAGED -> "a live generation that loads";
      case CONFLICT -> "the newest cursor";
    };
  }

  private static String advice(Problem problem) {
    return switch (problem) {
      case CURSOR_UNREADABLE, CURSOR_MISSING -> REPAIR + ", or restore cursor.json from a backup";
      case CURSOR_UNSUPPORTED -> "use the newer firn that wrote it";
      case GENERATION_MISSING -> REPAIR + ", or restore the generation from a backup";
      case GENERATION_DAMAGED -> REPAIR + ", or restore the damaged metadata file from a backup";
      case CONFLICT -> REPAIR + ", or restore the newest cursor";
    };
  }

  /**
   * @param current empty if the partition is in doubt: then any generation may be the live one that
   *     nothing has marked as superseded, or any at all if all are
   */
  private void checkGenerations(Optional<Live> current) throws IOException {
    Map<GenerationName, Boolean> names = new LinkedHashMap<>();
    for (String entry : list()) {
      Optional<GenerationName> name = GenerationName.parse(entry);
      if (name.isPresent() && isDirectory(partition.directory().resolve(entry))) {
        names.put(
            name.get(), RetiredMarker.find(disk, partition.directory().resolve(entry)).isPresent());
      }
    }
    boolean allRetired = !names.containsValue(false);
    for (Map.Entry<GenerationName, Boolean> entry : names.entrySet()) {
      GenerationName name = entry.getKey();
      boolean retired = entry.getValue();
      Role role =
          current
              .map(c -> role(c, name, retired))
              .orElse(retired && !allRetired ? Role.SUPERSEDED : Role.CANDIDATE);
      GenerationFindings found = new GenerationFindings(findings, role, name);
      generations++;
      if (role == Role.UNNAMED && !Generation.hasMetadata(disk, partition.generation(name), name)) {
        continue; // never committed, as the lineage says
      }
      Optional<Content> content =
          new GenerationCheck(disk, partition.generation(name), name, found).check();
      if (content.isPresent() && role.mayBeLive()) {
        examined.add(new Examined(content.get(), found));
      }
    }
  }

  private void checkQuarantine(Live current) throws IOException {
    Quarantine.Contents contents = new Quarantine(disk, partition).contents(current.generation());
    Path directory = partition.directory().resolve(PartitionFiles.QUARANTINE);
    for (QuarantineRecord left : contents.withheld()) {
      findings.warning(
          directory.resolve(left.id()),
          "no data file in quarantine",
          left.sentence(),
          "no other row is affected; queries leave these out",
          "restore the file from a backup and append its rows anew; then remove its record");
    }
    for (QuarantineRecord idle : contents.idle()) {
      findings.note(
          directory.resolve(idle.id()),
          "a record of a file that is not withheld",
          "none: the repair that wrote it did not come to its end");
    }
    for (Path record : contents.unreadable()) {
      findings.warning(
          record,
          "a record of a damaged file",
          "something else",
          "rows may be withheld that are not named",
          GenerationFindings.RESTORE);
    }
  }

  /** A sweep does not look at data files: what the live one was made from goes after its grace. */
  private void noteWhatMayStillHoldRows(Live current) {
    if (findings.hasDamage()) {
      for (OtherGeneration other : current.others()) {
        if (role(current, other.name(), other.retired().isPresent()) == Role.SUPERSEDED) {
          findings.note(
              other.directory(),
              "superseded, and still there",
              "it may hold rows that the damage affects: copy it before its grace is over");
        }
      }
    }
  }

  private static Role role(Live live, GenerationName name, boolean retired) {
    if (name.equals(live.generation().name())) {
      return Role.LIVE;
    }
    return retired
            || PartitionInspector.isNamedAsPredecessor(
                live.cursor().cursor(), live.generation(), name)
        ? Role.SUPERSEDED
        : Role.UNNAMED;
  }

  private void decode() throws IOException {
    long total = sum(Content::bytes);
    long[] done = {0};
    for (Examined generation : examined) {
      new FullCheck(
              disk,
              generation.content(),
              generation.findings(),
              bytes -> {
                done[0] += bytes;
                listener.progress(partition, Math.min(done[0], total), total);
              })
          .check();
    }
  }

  private void checkDirectory() throws IOException {
    for (String name : list()) {
      Path path = partition.directory().resolve(name);
      if (name.endsWith(".lock") && KNOWN.contains(name)) {
        LockFiles.check(disk, path, findings);
      } else if (isSweepable(name)) {
        if (live.isEmpty()) {
          findings.note(path, "an interrupted write", "none: it stays while the partition is so");
        }
      } else if (!KNOWN.contains(name) && !isGeneration(name, path) && !isLevel(name, path)) {
        findings.note(path, "nothing that Firn gives a meaning to", "none: it is left alone");
      }
    }
  }

  private boolean isGeneration(String name, Path path) throws IOException {
    return GenerationName.parse(name).isPresent() && isDirectory(path);
  }

  /** A partition may have others below it. */
  private boolean isLevel(String name, Path path) throws IOException {
    return name.indexOf('=') > 0 && isDirectory(path);
  }

  /** What a sweep names; the lineage has noted it. */
  private static boolean isSweepable(String name) {
    return DurableFiles.isTemporary(name)
        || PartitionFiles.parseBuilding(name).isPresent()
        || PartitionFiles.parseRemoving(name).isPresent();
  }

  private List<String> list() throws IOException {
    try {
      return disk.list(partition.directory());
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private boolean isDirectory(Path path) throws IOException {
    return disk.stat(path).map(FileStat::isDirectory).orElse(false);
  }
}
