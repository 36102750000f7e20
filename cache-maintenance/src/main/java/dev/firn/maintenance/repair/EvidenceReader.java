package dev.firn.maintenance.repair;

import dev.firn.core.cursor.CursorFile;
import dev.firn.core.cursor.CursorState;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskReason;
import dev.firn.core.disk.FileStat;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.GenerationBuilder;
import dev.firn.core.generation.GenerationProof;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.Partition;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.OtherGeneration;
import dev.firn.core.read.DeletedRows;
import dev.firn.core.read.UnpublishedRows;
import dev.firn.maintenance.repair.GenerationEvidence.Condition;
import dev.firn.maintenance.swap.NumberedNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;

/** Reads what {@link LiveReasoning} reasons from. Takes no lock and changes nothing. */
final class EvidenceReader {
  private static final int LARGEST_CURSOR_BYTES = 1 << 20;

  /** The field numbers generations by the milliseconds of a clock: 13 digits. */
  private static final long LARGEST_LIKELY_NUMBER = 99_999_999_999_999L;

  private static final Pattern TABLE = Pattern.compile("\"tableDir\"\\s*:\\s*\"(table[-0-9]*)\"");
  private static final Pattern EPOCH = Pattern.compile("\"epoch\"\\s*:\\s*([0-9]{1,18})\\s*[,}]");
  private static final Pattern NUMBER =
      Pattern.compile(
          "(?:table-|\"epoch\"\\s*:\\s*|\"highestNumber\"\\s*:\\s*|\"previousEpoch\"\\s*:\\s*)"
              + "([0-9]{1,18})");

  private final Disk disk;
  private final Partition partition;

  EvidenceReader(Disk disk, Partition partition) {
    this.disk = disk;
    this.partition = partition;
  }

  List<GenerationEvidence> generations() throws IOException {
    List<GenerationEvidence> evidence = new ArrayList<>();
    for (OtherGeneration entry : new PartitionInspector(disk).generations(partition)) {
      evidence.add(read(entry));
    }
    return List.copyOf(evidence);
  }

  private GenerationEvidence read(OtherGeneration entry) throws IOException {
    boolean retired = entry.retired().isPresent();
    try {
      if (isBare(entry)) {
        return unread(entry, Condition.EMPTY, "it has no metadata");
      }
      return read(entry, Generation.load(disk, entry.directory(), entry.name()), retired);
    } catch (IOException | RuntimeException e) {
      return unread(entry, Condition.DAMAGED, DiskReason.of(e));
    }
  }

  /** True if there is neither metadata nor any file that might hold rows. */
  private boolean isBare(OtherGeneration entry) throws IOException {
    if (Generation.hasMetadata(disk, entry.directory(), entry.name())) {
      return false;
    }
    for (String part : List.of(PartitionFiles.DATA, PartitionFiles.METADATA)) {
      try {
        if (!disk.list(entry.directory().resolve(part)).isEmpty()) {
          return false;
        }
      } catch (NoSuchFileException e) {
        continue;
      }
    }
    return true;
  }

  private GenerationEvidence read(OtherGeneration entry, Generation generation, boolean retired)
      throws IOException {
    Optional<GenerationProof> proof = generation.proof();
    boolean empty =
        generation.metadata().snapshots().isEmpty() && generation.unpublished().isEmpty();
    List<FileScanTask> files = generation.liveFiles(); // it loads: to the last manifest
    return new GenerationEvidence(
        entry.name(),
        retired,
        empty ? Condition.EMPTY : Condition.READABLE,
        "",
        proof,
        proof.isPresent()
            && PartitionInspector.isAsProved(generation, proof.get())
            && !hasDeletes(generation),
        generation.metadata().properties().containsKey(GenerationBuilder.CREATED),
        Objects.requireNonNullElse(generation.metadata().uuid(), ""),
        generation.metadataFile(),
        !generation.unpublished().isEmpty(),
        empty ? OptionalLong.of(0) : rows(generation, files),
        Instant.ofEpochMilli(generation.metadata().lastUpdatedMillis()));
  }

  private OptionalLong rows(Generation generation, List<FileScanTask> files) {
    try {
      return OptionalLong.of(
          new DeletedRows(generation).liveRows(files) + UnpublishedRows.count(disk, generation));
    } catch (IOException | RuntimeException e) {
      return OptionalLong.empty(); // one damaged file does not make the rest unreadable
    }
  }

  private static boolean hasDeletes(Generation generation) {
    Snapshot snapshot = generation.metadata().currentSnapshot();
    return snapshot != null
        && !snapshot.summary().getOrDefault("total-delete-files", "0").equals("0");
  }

  private GenerationEvidence unread(OtherGeneration entry, Condition condition, String trouble)
      throws IOException {
    return new GenerationEvidence(
        entry.name(),
        entry.retired().isPresent(),
        condition,
        trouble,
        Optional.empty(),
        false,
        false,
        "",
        "",
        false,
        condition == Condition.EMPTY ? OptionalLong.of(0) : OptionalLong.empty(),
        disk.stat(entry.directory()).map(FileStat::modified).orElse(Instant.EPOCH));
  }

  /**
   * @param generations of the partition: in both layouts a cursor has a field {@code epoch}
   */
  CursorEvidence cursor(List<GenerationEvidence> generations) {
    CursorEvidence found = cursor();
    return new CursorEvidence(
        found.valid(),
        found
            .remnant()
            .filter(name -> generations.stream().anyMatch(g -> g.name().layout() == name.layout())),
        found.highestNumber());
  }

  private CursorEvidence cursor() {
    Path file = partition.cursorFile();
    CursorState state = CursorFile.read(disk, file);
    if (state instanceof CursorState.Present present) {
      return new CursorEvidence(
          Optional.of(present.cursor()), Optional.empty(), present.cursor().highestNumber());
    }
    try {
      Optional<FileStat> stat = disk.stat(file);
      if (stat.isPresent()
          && stat.get().isFile()
          && stat.get().sizeBytes() <= LARGEST_CURSOR_BYTES) {
        return remnant(new String(disk.read(file), StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      return CursorEvidence.none(); // what cannot be read says nothing
    }
    return CursorEvidence.none();
  }

  static CursorEvidence remnant(String text) {
    Matcher table = TABLE.matcher(text);
    Matcher epoch = EPOCH.matcher(text);
    Optional<GenerationName> named = Optional.empty();
    if (table.find()) {
      named = GenerationName.parse(table.group(1));
    } else if (!text.contains("\"layout\"") && !text.contains("\"tableDir\"") && epoch.find()) {
      // Cursors of both layouts begin with epoch 0.
      named = GenerationName.parse("epoch=" + epoch.group(1)).filter(name -> name.number() > 0);
    }
    long highest = 0;
    Matcher number = NUMBER.matcher(text);
    while (number.find()) {
      long found = Long.parseLong(number.group(1));
      highest = Math.max(highest, found <= LARGEST_LIKELY_NUMBER ? found : 0);
    }
    return new CursorEvidence(Optional.empty(), named, highest);
  }

  /** The highest generation number that anything here shows to have been used. */
  long highestNumber(List<GenerationEvidence> generations, CursorEvidence cursor)
      throws IOException {
    long highest = cursor.highestNumber();
    for (String entry : disk.list(partition.directory())) {
      highest = Math.max(highest, NumberedNames.find(entry).map(GenerationName::number).orElse(0L));
    }
    for (GenerationEvidence generation : generations) {
      if (generation.proof().isPresent()) {
        GenerationProof proof = generation.proof().get();
        highest = Math.max(highest, Math.max(proof.name().number(), proof.parent().number()));
      }
    }
    return highest;
  }
}
