package dev.firn.core.plain;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.GenerationPaths;
import dev.firn.core.layout.LandedName;
import dev.firn.core.plain.PlainManifests.Entry;
import dev.firn.core.plain.PlainManifests.Manifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The live data files of a snapshot to which no delete file belongs, from its manifests alone: in a
 * tenth of the time that Iceberg takes for them, since nothing is made of what nobody asks for.
 */
public final class PlainFiles {

  private PlainFiles() {}

  /**
   * A live data file.
   *
   * @param location as the table records it
   * @param newestMicros not before this is what the newest row tells of, in microseconds since
   *     1970; {@link Long#MAX_VALUE} if there is no timestamp that says so
   */
  public record LiveFile(String location, long rows, long bytes, long newestMicros) {

    public String fileName() {
      return location.substring(location.lastIndexOf('/') + 1);
    }
  }

  /**
   * The files in the order in which they were added, or empty if anything about them is unusual or
   * cannot be read: then Iceberg is to be asked, which says what it is.
   *
   * @param manifestList location of the snapshot's
   * @param specId of the one partition spec of the table, which partitions nothing
   */
  public static Optional<List<LiveFile>> find(
      Disk disk, GenerationPaths paths, String manifestList, int specId) {
    try {
      return Optional.of(read(disk, paths, manifestList, specId, PlainManifests.NO_COLUMN));
    } catch (UnusualException | IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /**
   * @param timestampId of the column that {@link LiveFile#newestMicros} is of
   */
  static List<LiveFile> read(
      Disk disk, GenerationPaths paths, String manifestList, int specId, int timestampId)
      throws IOException, UnusualException {
    List<Entry> entries = new ArrayList<>();
    for (Manifest manifest : PlainManifests.parseList(inMetadata(disk, paths, manifestList))) {
      UnusualException.unless(manifest.specId() == specId, "another spec");
      entries.addAll(
          PlainManifests.parse(
              inMetadata(disk, paths, manifest.location()), manifest, timestampId));
    }
    return inOrderOfAddition(paths, entries);
  }

  /** The content of a file that is no link. */
  static byte[] file(Disk disk, Path path) throws IOException, UnusualException {
    UnusualException.unless(disk.isFile(path), "no file");
    return disk.read(path);
  }

  /** A list or a manifest. */
  private static byte[] inMetadata(Disk disk, GenerationPaths paths, String location)
      throws IOException, UnusualException {
    Path path = paths.resolve(location);
    UnusualException.unless(paths.metadata().equals(path.getParent()), "another place");
    return file(disk, path);
  }

  /** As {@link dev.firn.core.generation.Generation#liveFiles} has them. */
  private static List<LiveFile> inOrderOfAddition(GenerationPaths paths, List<Entry> entries)
      throws Corrupt, UnusualException {
    entries.sort(
        (a, b) -> {
          int bySequence = Long.compare(a.sequenceNumber(), b.sequenceNumber());
          return bySequence == 0 ? Long.compare(landedNumber(a), landedNumber(b)) : bySequence;
        });
    List<LiveFile> files = new ArrayList<>(entries.size());
    Set<String> locations = new HashSet<>();
    for (Entry entry : entries) {
      paths.resolve(entry.location());
      UnusualException.unless(locations.add(entry.location()), "a file that is there twice");
      files.add(new LiveFile(entry.location(), entry.rows(), entry.bytes(), entry.newestMicros()));
    }
    return files;
  }

  private static long landedNumber(Entry entry) {
    String location = entry.location();
    return LandedName.parse(location.substring(location.lastIndexOf('/') + 1))
        .map(LandedName::number)
        .orElse(0L);
  }
}
