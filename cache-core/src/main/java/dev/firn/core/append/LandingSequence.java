package dev.firn.core.append;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskOutput;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.LandedFiles;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.LandedName;
import dev.firn.core.layout.Partition;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.rows.EncodedFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of the live generation's landed files, as one writer knows them, so that landing does
 * not list {@code data/} each time: that costs more with every file that nothing has compacted yet.
 *
 * <p>A writer may trust what it remembers if nobody else has landed since. For that a writer leaves
 * its mark, a random name that no other writer has, in {@code .commit.owner} before it links its
 * first file; only the holder of the commit lock lands, and so only it reads or writes the mark.
 * Finding its own mark, a writer knows that whatever landed since it left it there is its own.
 * Finding any other, or none, it lists, and leaves its own.
 *
 * <ul>
 *   <li><b>Killed after leaving the mark</b>, before the link: the next writer finds a mark that is
 *       not its own, and lists.
 *   <li><b>Killed after the link</b>: the same. Never is a file there whose writer's mark, or that
 *       of a later one, is not.
 *   <li><b>Power cut</b>: the mark is not synced, and need not be. What it says matters only to a
 *       process that left one, and none has outlived the cut.
 *   <li><b>Taken away, torn, or put back with a backup</b>: it is nobody's mark, or that of a
 *       writer that remembers all that the backup holds and perhaps more: a gap in the numbers.
 *   <li><b>A mark that cannot be left</b> (the disk is full): nothing lands.
 * </ul>
 *
 * Times of modification would not do: two changes within one tick of the file system's clock leave
 * the same. Programs that do not know the mark do not land (I3: they only publish, remove what is
 * published, or write another generation).
 *
 * <p>Also remembers of each file that this writer landed and nobody has published yet what Iceberg
 * is to be told, as long as there is room for it: a publish needs neither a listing nor footers.
 *
 * <p>All calls are for the holder of the partition's commit lock but {@link #hasLandedIn}, {@link
 * #unpublished()} and {@link #described}.
 */
final class LandingSequence {
  /** Names that are remembered, about 100 bytes each; beyond them a publish lists. */
  private static final int MAX_UNPUBLISHED = 20_000;

  private final Disk disk;
  private final Path ownerFile;
  private final byte[] mark =
      ("writer " + LandedName.newWriter(false) + "\n").getBytes(StandardCharsets.US_ASCII);
  private final MetricsRoom room;
  private final TreeMap<Long, Known> unpublished = new TreeMap<>();
  private @Nullable GenerationName generation;
  private long highest;
  private long learned;
  private long publishedTo;
  private boolean complete;

  /** A landed file, and what is to be told of it if that is remembered. */
  private record Known(LandedName name, @Nullable EncodedFile file) {}

  /**
   * Landed files.
   *
   * @param names by number: all that there are above a number, and perhaps others
   * @param above that number: what is below was published when this was noted
   */
  record Landed(List<LandedName> names, long above) {
    Landed {
      names = List.copyOf(names);
    }
  }

  LandingSequence(Disk disk, Partition partition, MetricsRoom room) {
    this.disk = disk;
    this.ownerFile = partition.directory().resolve(PartitionFiles.COMMIT_OWNER);
    this.room = room;
  }

  /** True if all that has landed in this generation is remembered here. */
  synchronized boolean knowsAllOf(GenerationName name) throws IOException {
    return name.equals(generation) && isOwn();
  }

  /** False if it has landed nothing in this generation, and so knows nothing; for anybody. */
  synchronized boolean hasLandedIn(GenerationName name) {
    return name.equals(generation);
  }

  private boolean isOwn() throws IOException {
    try {
      return Arrays.equals(disk.read(ownerFile), mark);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /**
   * Learns what has landed by listing, and leaves the mark.
   *
   * @param live with the newest metadata there is
   * @return all landed files
   */
  synchronized List<LandedName> learn(Generation live) throws IOException {
    forget();
    List<LandedName> landed = LandedFiles.list(disk, live.paths());
    if (!isOwn()) {
      leaveMark();
    }
    long published = live.published();
    highest = published;
    publishedTo = published;
    complete = true;
    for (LandedName name : landed) {
      highest = Math.max(highest, name.number());
      if (name.number() > published) {
        remember(name, null);
      }
    }
    generation = live.name();
    learned++;
    return landed;
  }

  /**
   * How often this has learnt by listing: what it knew before, another writer may have outdated.
   */
  long learned() {
    return learned;
  }

  private void leaveMark() throws IOException {
    Path temporary = DurableFiles.temporaryBeside(ownerFile);
    try {
      try (DiskOutput output = disk.create(temporary)) {
        output.write(mark, 0, mark.length);
      }
      disk.rename(temporary, ownerFile);
    } catch (IOException e) {
      try {
        disk.delete(temporary);
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  /** The number after all that have landed; only if it {@link #knowsAllOf} the generation. */
  synchronized long next() {
    return highest + 1;
  }

  /** This writer has linked a file. */
  synchronized void landed(LandedName name, EncodedFile file) {
    highest = Math.max(highest, name.number());
    remember(name, room.take(file) ? file : null);
  }

  private void remember(LandedName name, @Nullable EncodedFile file) {
    if (unpublished.size() == MAX_UNPUBLISHED) {
      complete = false;
    }
    if (complete) {
      unpublished.put(name.number(), new Known(name, file));
    } else if (file != null) {
      room.giveBack(file);
    }
  }

  /** It is not clear what this writer has landed, or it does not matter any more. */
  synchronized void forget() {
    generation = null;
    published(Long.MAX_VALUE);
  }

  /** Files of this generation up to this number are published. */
  synchronized void published(GenerationName name, long number) {
    if (name.equals(generation)) {
      published(number);
      publishedTo = number;
    }
  }

  private void published(long number) {
    Map<Long, Known> done = unpublished.headMap(number, true);
    for (Known known : done.values()) {
      if (known.file() != null) {
        room.giveBack(known.file());
      }
    }
    done.clear();
    if (number >= highest) {
      complete = true;
    }
  }

  /**
   * What has landed and was not published when this was last told, by number; empty if that is too
   * much to be remembered, or another writer has landed.
   */
  synchronized Optional<Landed> unpublishedOf(GenerationName name) throws IOException {
    return complete && knowsAllOf(name)
        ? Optional.of(new Landed(unpublished(), publishedTo))
        : Optional.empty();
  }

  /** What is remembered of it, for anybody at any time. */
  synchronized List<LandedName> unpublished() {
    return unpublished.values().stream().map(Known::name).toList();
  }

  /** What is to be told of a landed file, if it is remembered; for anybody at any time. */
  synchronized @Nullable EncodedFile described(LandedName name) {
    Known known = unpublished.get(name.number());
    return known != null && known.name().equals(name) ? known.file() : null;
  }
}
