package dev.firn.maintenance.verify;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.FileStat;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.GenerationPaths;
import dev.firn.core.layout.LandedName;
import dev.firn.maintenance.quarantine.QuarantineRecord;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.TableMetadata;

/**
 * What lies in a generation's {@code data/} and is in no snapshot: landed files, which are live
 * rows like any other until they are published; litter; what nobody knows.
 */
final class DataDirectoryCheck {
  private static final String EXCHANGES = "firn.exchanges";

  private final Disk disk;
  private final GenerationPaths paths;
  private final GenerationFindings findings;

  DataDirectoryCheck(Disk disk, GenerationPaths paths, GenerationFindings findings) {
    this.disk = disk;
    this.paths = paths;
    this.findings = findings;
  }

  /**
   * Landed files that are in no snapshot yet, and what they hold.
   *
   * @param readable false if one of them cannot be read
   */
  record Landed(List<LandedName> unpublished, boolean readable, long rows, long bytes) {
    Landed {
      unpublished = List.copyOf(unpublished);
    }
  }

  /**
   * @param referenced locations of files that a kept snapshot names
   * @param all true if they are all of them
   */
  Landed check(
      TableMetadata metadata,
      Path metadataFile,
      FileCheck files,
      Set<String> referenced,
      boolean all)
      throws IOException {
    Set<String> named = new HashSet<>();
    for (String location : referenced) {
      int offset = location.lastIndexOf('@');
      String file = offset > location.lastIndexOf('/') ? location.substring(0, offset) : location;
      named.add(file.substring(file.lastIndexOf('/') + 1));
    }
    long published = published(metadata, metadataFile);
    Set<String> quarantined = Generation.quarantined(metadata);
    List<LandedName> unpublished = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    List<String> hidden = new ArrayList<>();
    boolean readable = true;
    long litter = 0;
    long rows = 0;
    long bytes = 0;
    for (String name : list()) {
      Optional<LandedName> landed = LandedName.parse(name);
      if (DurableFiles.isTemporary(name)) {
        litter++;
      } else if (landed.isPresent() && landed.get().number() > published) {
        if (named.contains(name)) {
          findings.damage(
              paths.data().resolve(name),
              "a number up to "
                  + published
                  + ", as "
                  + Generation.PUBLISHED
                  + " says, since it is"
                  + " in a snapshot",
              "number " + landed.get().number(),
              "its rows are read twice",
              GenerationFindings.RESTORE + ": the table's metadata is damaged");
          continue;
        }
        unpublished.add(landed.get());
        Path path = paths.data().resolve(name);
        long found = checkLanded(path, files);
        readable &= found >= 0;
        rows += Math.max(found, 0);
        bytes += disk.stat(path).map(FileStat::sizeBytes).orElse(0L);
      } else if (!named.contains(name)
          && !quarantined.contains(QuarantineRecord.id(paths.name(), name))) {
        (landed.isPresent() ? hidden : unknown).add(name);
      }
    }
    reportGap(published, unpublished);
    reportLitter(litter);
    if (all) {
      reportUnreferenced(unknown, hidden, published, metadata.spec().isUnpartitioned());
    }
    return new Landed(unpublished, readable, rows, bytes);
  }

  /** Parses what can be parsed where nothing says what should be there. */
  void checkWithoutMetadata() throws IOException {
    for (String name : list()) {
      if (LandedName.parse(name).isPresent()) {
        read(paths.data().resolve(name));
      }
    }
  }

  private List<String> list() throws IOException {
    try {
      return disk.list(paths.data());
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private long published(TableMetadata metadata, Path metadataFile) {
    String text = metadata.properties().getOrDefault(Generation.PUBLISHED, "0");
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      findings.damage(
          metadataFile,
          "a number as " + Generation.PUBLISHED,
          "\"" + text + "\"",
          "rows of every file that landed are read twice",
          GenerationFindings.RESTORE);
      return 0;
    }
  }

  /** Its rows; negative if it cannot be read. */
  private long checkLanded(Path path, FileCheck files) {
    Optional<ParquetFile> file = read(path);
    if (file.isEmpty()) {
      return -1;
    }
    files.checkBeginning(file.get(), path);
    files.checkNames(file.get(), path);
    String exchanges = file.get().keyValues().get(EXCHANGES);
    if (exchanges != null) {
      long counted = exchangedRows(exchanges);
      if (counted != file.get().rows()) {
        findings.damage(
            path,
            file.get().rows() + " rows in " + EXCHANGES + ", as in its row groups",
            counted < 0 ? "\"" + exchanges + "\"" : counted + "",
            "rows are missing, or an exchange that is sent again is not known again",
            GenerationFindings.RESTORE);
      }
    }
    return file.get().rows();
  }

  private Optional<ParquetFile> read(Path path) {
    try {
      return Optional.of(ParquetFile.read(disk, path));
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      findings.lost(
          path,
          "a readable Parquet footer",
          Findings.why(e),
          -1,
          GenerationFindings.RESTORE
              + ", or move it away: until then nothing that landed in this"
              + " partition is published or compacted");
      return Optional.empty();
    }
  }

  /** The sum of {@code id:rows,id:rows}; negative if it is not that. */
  private static long exchangedRows(String exchanges) {
    long rows = 0;
    for (String exchange : exchanges.split(",", -1)) {
      int colon = exchange.lastIndexOf(':');
      try {
        rows += Long.parseLong(exchange.substring(colon + 1));
      } catch (NumberFormatException e) {
        return -1;
      }
    }
    return rows;
  }

  private void reportLitter(long litter) {
    if (litter > 0) {
      findings.note(
          paths.data(),
          Findings.counted(litter, "temporary name") + " of interrupted appends",
          "none for the rows; they go after their grace");
    }
  }

  /** What lands is numbered without a gap from the published on; only a failed sync leaves one. */
  private void reportGap(long published, List<LandedName> unpublished) {
    List<Long> numbers = unpublished.stream().map(LandedName::number).sorted().toList();
    long expected = published + 1;
    for (long number : numbers) {
      if (number > expected) {
        findings.warning(
            paths.data(),
            "a landed file with number " + expected,
            "none, but one with number " + number,
            "it was removed with its rows, unless its append failed or the machine lost power then",
            GenerationFindings.RESTORE);
      }
      expected = number + 1;
    }
  }

  private void reportUnreferenced(
      List<String> unknown, List<String> hidden, long published, boolean unpartitioned) {
    if (!unknown.isEmpty()) {
      findings.note(
          paths.data(),
          Findings.counted(unknown.size(), "file")
              + " that no kept snapshot names, such as "
              + unknown.get(0),
          "none for the rows; they go with the generation");
    }
    // In a partitioned table a landed file is split at publishing.
    if (!hidden.isEmpty() && unpartitioned) {
      findings.warning(
          paths.data().resolve(hidden.get(0)),
          "that a kept snapshot names what landed up to number " + published,
          Findings.counted(hidden.size(), "landed file") + " that none names, this the first",
          "if no other engine replaced or deleted them, their rows are not read: the table's"
              + " metadata is damaged",
          "compare with a backup of the metadata; restore that if this engine is the only one");
    }
  }
}
