package dev.firn.maintenance.quarantine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskInput;
import dev.firn.core.disk.DiskOutput;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.FileStat;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.Partition;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.maintenance.quarantine.QuarantineRecord.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * {@code <partition>/.quarantine/<generation>/}: each damaged data file under its own name, and
 * beside it {@code <file>.json}, its {@link QuarantineRecord}. Nothing here is ever swept.
 *
 * <p>A record alone withholds nothing: it counts only if the live generation says, in {@link
 * Generation#quarantined}, that it was made without the file. That property changes in the same
 * atomic step as the rows, so no kill leaves rows withheld and unnamed, or named and not withheld.
 */
public final class Quarantine {
  private static final String RECORD = ".json";
  private static final int COPY_BYTES = 1 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Disk disk;
  private final Partition partition;

  public Quarantine(Disk disk, Partition partition) {
    this.disk = disk;
    this.partition = partition;
  }

  /**
   * What is there.
   *
   * @param withheld records of what the live generation was made without
   * @param idle records of what it does hold: the repair that wrote them did not come to its end
   * @param unreadable records that cannot be read
   */
  public record Contents(
      List<QuarantineRecord> withheld, List<QuarantineRecord> idle, List<Path> unreadable) {
    public Contents {
      withheld = List.copyOf(withheld);
      idle = List.copyOf(idle);
      unreadable = List.copyOf(unreadable);
    }
  }

  /** What is in quarantine, as {@code live} sees it. */
  public Contents contents(Generation live) throws IOException {
    Set<String> leftOut = live.quarantined();
    List<QuarantineRecord> withheld = new ArrayList<>();
    List<QuarantineRecord> idle = new ArrayList<>();
    List<Path> unreadable = new ArrayList<>();
    for (String generation : list(directory())) {
      Optional<GenerationName> name = GenerationName.parse(generation);
      if (name.isEmpty()) {
        continue;
      }
      for (String file : list(directory().resolve(generation))) {
        Path path = directory().resolve(generation).resolve(file);
        if (!file.endsWith(RECORD) || DurableFiles.isTemporary(file)) {
          continue;
        }
        try {
          QuarantineRecord read = read(name.get(), path);
          (leftOut.contains(read.id()) ? withheld : idle).add(read);
        } catch (JsonProcessingException | IllegalArgumentException e) {
          unreadable.add(path);
        }
      }
    }
    return new Contents(withheld, idle, unreadable);
  }

  /**
   * Puts a file and its record here, durably; the file stays where it is, too. What an earlier try
   * has left is replaced or used.
   *
   * @param file where it is; not looked at if it is missing
   */
  public void add(QuarantineRecord entry, Path file) throws IOException {
    Path place = directory().resolve(entry.generation().format());
    ensure(directory());
    ensure(place);
    Path name = place.resolve(entry.file());
    if (entry.kind() != Kind.MISSING && !isSameFile(file, name)) {
      try {
        disk.link(file, name);
      } catch (UnsupportedOperationException | FileSystemException e) {
        copy(file, name);
      }
    }
    DurableFiles.replace(
        disk, place.resolve(entry.file() + RECORD), JSON.writeValueAsBytes(format(entry)));
  }

  private boolean isSameFile(Path file, Path name) throws IOException {
    Optional<FileStat> there = disk.stat(name);
    Optional<FileStat> original = disk.stat(file);
    return there.isPresent()
        && original.isPresent()
        && there.get().identity().equals(original.get().identity());
  }

  /** Where links fail; a copy that an earlier try left half is written anew. */
  private void copy(Path from, Path to) throws IOException {
    Path temporary = DurableFiles.temporaryBeside(to);
    try (DiskInput input = disk.open(from);
        DiskOutput output = disk.create(temporary)) {
      ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
      while (input.read(buffer, output.position()) >= 0) {
        output.write(buffer.array(), 0, buffer.position());
        buffer.clear();
      }
      output.sync();
    }
    disk.rename(temporary, to);
  }

  private void ensure(Path directory) throws IOException {
    if (!disk.stat(directory).map(FileStat::isDirectory).orElse(false)) {
      try {
        disk.createDirectory(directory);
      } catch (FileAlreadyExistsException e) {
        if (!disk.stat(directory).map(FileStat::isDirectory).orElse(false)) {
          throw e;
        }
      }
    }
    disk.syncDirectory(Objects.requireNonNull(directory.getParent()));
  }

  private List<String> list(Path directory) throws IOException {
    if (!disk.stat(directory).map(FileStat::isDirectory).orElse(false)) {
      return List.of();
    }
    try {
      return disk.list(directory);
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private Path directory() {
    return partition.directory().resolve(PartitionFiles.QUARANTINE);
  }

  private static ObjectNode format(QuarantineRecord entry) {
    ObjectNode node = JSON.createObjectNode();
    node.put("version", 1);
    node.put("file", entry.file());
    node.put("kind", entry.kind().text());
    if (entry.rows().isPresent()) {
      node.put("rows", entry.rows().getAsLong());
    } else {
      node.putNull("rows");
    }
    node.put("why", entry.why());
    node.put("at", entry.at());
    entry.deletes().forEach(node.putArray("deletes")::add);
    return node;
  }

  private QuarantineRecord read(GenerationName generation, Path path) throws IOException {
    JsonNode node = JSON.readTree(disk.read(path));
    String file = String.valueOf(path.getFileName());
    String name = file.substring(0, file.length() - RECORD.length());
    if (!node.path("file").asText().equals(name)) {
      throw new IllegalArgumentException(path + ": a record of " + node.path("file"));
    }
    List<String> deletes = new ArrayList<>();
    node.path("deletes").forEach(delete -> deletes.add(delete.asText()));
    return new QuarantineRecord(
        generation,
        name,
        Kind.valueOf(node.path("kind").asText().toUpperCase(java.util.Locale.ROOT)),
        node.path("rows").isIntegralNumber()
            ? OptionalLong.of(node.path("rows").asLong())
            : OptionalLong.empty(),
        node.path("why").asText(),
        node.path("at").asText(),
        deletes);
  }
}
