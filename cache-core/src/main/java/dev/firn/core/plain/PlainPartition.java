package dev.firn.core.plain;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.generation.GenerationPaths;
import dev.firn.core.generation.MetadataVersions;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.LandedName;
import dev.firn.core.layout.Partition;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.plain.PlainManifests.Entry;
import dev.firn.core.plain.PlainManifests.Manifest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A partition with a cursor and a table as Firn writes them and nothing beside them: no other
 * generation, no landed file that is not published, no delete file, nothing that waits to be
 * removed. Loading Iceberg's classes takes longer than all that there is to read in it, so what a
 * status says of such a partition is read here, without them.
 *
 * <p>Whatever is not exactly as Firn writes it, and whatever cannot be read, is not a plain
 * partition: then nothing is said, and the partition is looked at with Iceberg. So here nothing is
 * ever called damaged, and a partition of which this does say something is live for whoever reads
 * it in full.
 *
 * <p>Takes no lock and changes nothing. The landed files are listed before the metadata is read: a
 * file that is published in between is read from the snapshot, once; and the cursor is read again
 * at the end, so that it was the live generation all the while.
 *
 * @param baselineFiles live data files right after the last swap, 0 if there was none
 * @param snapshots how many the table has
 * @param columns of those asked for the ones that are there
 * @param files the live data files in the order in which they were added
 */
public record PlainPartition(
    GenerationName generation,
    long baselineFiles,
    int snapshots,
    List<PlainColumn> columns,
    List<LiveFile> files) {
  private static final Set<String> BESIDE_THE_GENERATION =
      Set.of(
          PartitionFiles.CURSOR,
          PartitionFiles.COMMIT_LOCK,
          PartitionFiles.COMMIT_OWNER,
          PartitionFiles.MAINTAIN_LOCK,
          PartitionFiles.MAINTAIN_OWNER);

  /**
   * A live data file.
   *
   * @param location as the table records it
   * @param ends upper bounds of the columns asked for as Iceberg stores them, by column id
   */
  public record LiveFile(String location, long rows, long bytes, Map<Integer, byte[]> ends) {

    public String fileName() {
      return location.substring(location.lastIndexOf('/') + 1);
    }

    /**
     * No value of a column that is stored as a whole number is larger; empty if that is not known.
     */
    public OptionalLong end(PlainColumn column) {
      byte[] end = ends.get(column.id());
      if (end == null || end.length != Integer.BYTES && end.length != Long.BYTES) {
        return OptionalLong.empty();
      }
      ByteBuffer number = ByteBuffer.wrap(end).order(ByteOrder.LITTLE_ENDIAN);
      return OptionalLong.of(end.length == Long.BYTES ? number.getLong() : number.getInt());
    }
  }

  public PlainPartition {
    columns = List.copyOf(columns);
    files = List.copyOf(files);
  }

  /**
   * What is in a partition, or empty if anything about it is unusual or cannot be read.
   *
   * @param columns names of those whose upper bounds are asked for
   */
  public static Optional<PlainPartition> find(
      Disk disk, Partition partition, Collection<String> columns) {
    try {
      return Optional.of(new Reader(disk, partition, columns).read());
    } catch (UnusualException | IOException | RuntimeException e) {
      return Optional.empty(); // for Iceberg to say what it is
    }
  }

  private static final class Reader {
    private final Disk disk;
    private final Partition partition;
    private final Collection<String> asked;

    Reader(Disk disk, Partition partition, Collection<String> asked) {
      this.disk = disk;
      this.partition = partition;
      this.asked = asked;
    }

    PlainPartition read() throws IOException, UnusualException {
      Path cursorFile = partition.cursorFile();
      byte[] cursorBytes = file(cursorFile);
      PlainCursor cursor = PlainCursor.parse(cursorBytes);
      requireNothingElse(cursor.live());
      GenerationPaths paths =
          new GenerationPaths(partition.generation(cursor.live()), cursor.live());
      UnusualException.unless(
          disk.isDirectory(paths.directory())
              && disk.stat(paths.directory().resolve(PartitionFiles.RETIRED)).isEmpty(),
          "no live generation");
      long landed = highestLanded(paths);
      PlainMetadata metadata = PlainMetadata.parse(file(newestMetadata(paths)));
      UnusualException.unless(landed <= metadata.published(), "unpublished files");
      List<PlainColumn> columns = columns(metadata);
      List<LiveFile> files = files(paths, metadata, columns);
      UnusualException.unless(
          Arrays.equals(disk.read(cursorFile), cursorBytes), "a swap meanwhile");
      return new PlainPartition(
          cursor.live(), cursor.baselineFiles(), metadata.snapshots(), columns, files);
    }

    private void requireNothingElse(GenerationName live) throws IOException, UnusualException {
      String generation = live.format();
      for (String name : disk.list(partition.directory())) {
        UnusualException.unless(
            BESIDE_THE_GENERATION.contains(name) || name.equals(generation), name);
      }
    }

    /** 0 if nothing has landed. */
    private long highestLanded(GenerationPaths paths) throws IOException, UnusualException {
      long highest = 0;
      for (String name : disk.list(paths.data())) {
        UnusualException.unless(!DurableFiles.isTemporary(name), "a write that goes on");
        Optional<LandedName> landed = LandedName.parse(name);
        highest = landed.isPresent() ? Math.max(highest, landed.get().number()) : highest;
      }
      return highest;
    }

    private Path newestMetadata(GenerationPaths paths) throws IOException, UnusualException {
      int newest = -1;
      String found = "";
      for (String name : disk.list(paths.metadata())) {
        OptionalInt number = MetadataVersions.parse(name);
        if (number.isPresent() && number.getAsInt() > newest) {
          newest = number.getAsInt();
          found = name;
        }
      }
      UnusualException.unless(
          newest >= 0 && found.equals(MetadataVersions.format(newest)), "no plain metadata");
      return paths.metadata().resolve(found);
    }

    private byte[] file(Path path) throws IOException, UnusualException {
      UnusualException.unless(disk.isFile(path), "no file");
      return disk.read(path);
    }

    /** A list or a manifest. */
    private byte[] inMetadata(GenerationPaths paths, String location)
        throws IOException, UnusualException {
      Path path = paths.resolve(location);
      UnusualException.unless(paths.metadata().equals(path.getParent()), "another place");
      return file(path);
    }

    private List<PlainColumn> columns(PlainMetadata metadata) {
      List<PlainColumn> columns = new ArrayList<>();
      for (String name : asked) {
        PlainColumn column = metadata.columns().get(name);
        if (column != null) {
          columns.add(column);
        }
      }
      return columns;
    }

    private List<LiveFile> files(
        GenerationPaths paths, PlainMetadata metadata, List<PlainColumn> columns)
        throws IOException, UnusualException {
      if (metadata.manifestList() == null) {
        return List.of();
      }
      Set<Integer> ids = new HashSet<>();
      for (PlainColumn column : columns) {
        ids.add(column.id());
      }
      List<Entry> entries = new ArrayList<>();
      for (Manifest manifest :
          PlainManifests.parseList(inMetadata(paths, metadata.manifestList()))) {
        UnusualException.unless(manifest.specId() == metadata.specId(), "another spec");
        entries.addAll(PlainManifests.parse(inMetadata(paths, manifest.location()), manifest, ids));
      }
      return inOrderOfAddition(paths, entries);
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
        files.add(new LiveFile(entry.location(), entry.rows(), entry.bytes(), entry.ends()));
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
}
