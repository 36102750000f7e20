package dev.firn.maintenance.verify;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.FileStat;
import dev.firn.core.disk.IcebergInput;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.GenerationPaths;
import dev.firn.core.generation.MetadataVersions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.jspecify.annotations.Nullable;

/**
 * The metadata files of one generation. They have no checksum, but each repeats most of what the
 * one before it says, so a changed byte is a contradiction between the two.
 */
final class MetadataCheck {
  /** Publishing looks at as many before it removes old ones. */
  private static final int VERSIONS_READ = 3;

  private final Disk disk;
  private final GenerationPaths paths;
  private final GenerationFindings findings;

  MetadataCheck(Disk disk, GenerationPaths paths, GenerationFindings findings) {
    this.disk = disk;
    this.paths = paths;
    this.findings = findings;
  }

  /** The newest metadata that could be read, and whether it is the newest there is. */
  record Found(TableMetadata metadata, Path file, boolean newest) {}

  /** Empty if there is none that can be read; that is reported then. */
  Optional<Found> check() throws IOException {
    List<String> versions = versions();
    if (versions.isEmpty()) {
      findings.lost(
          paths.metadata(),
          "a file v<number>.metadata.json",
          "none",
          -1,
          GenerationFindings.RESTORE + "; its data files are as they were");
      return Optional.empty();
    }
    Optional<Found> first = Optional.empty();
    for (int i = 0; i < versions.size() && (i < VERSIONS_READ || first.isEmpty()); i++) {
      Path file = paths.metadata().resolve(versions.get(i));
      TableMetadata metadata;
      try {
        metadata = read(file);
      } catch (IOException | RuntimeException | OutOfMemoryError e) {
        unreadable(file, e, i, versions.size());
        continue;
      }
      if (first.isEmpty()) {
        first = Optional.of(new Found(metadata, file, i == 0));
        checkLocation(metadata, file);
      } else if (i == 1) {
        compare(first.get(), metadata, file);
      }
    }
    checkHint(versions);
    return first;
  }

  private void unreadable(Path file, Throwable error, int index, int count) {
    if (index == 0) {
      findings.lost(
          file,
          "Iceberg table metadata",
          Findings.why(error),
          -1,
          GenerationFindings.RESTORE
              + (count > 1 ? "; what older versions lead to is checked instead" : ""));
    } else {
      findings.damage(
          file,
          "Iceberg table metadata",
          Findings.why(error),
          "no live row is affected; metadata that nobody needs any more is not removed while it is"
              + " among the newest",
          0,
          GenerationFindings.RESTORE);
    }
  }

  /** Names of the numbered files, the newest first. */
  private List<String> versions() throws IOException {
    try {
      return disk.list(paths.metadata()).stream()
          .filter(name -> MetadataVersions.parse(name).isPresent())
          .sorted(
              Comparator.comparing((String name) -> MetadataVersions.parse(name).orElseThrow())
                  .reversed())
          .toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private TableMetadata read(Path file) throws IOException {
    Optional<FileStat> stat = disk.stat(file);
    if (stat.isEmpty() || !stat.get().isFile()) {
      throw new IOException("no file");
    }
    String location = "file://" + file.toAbsolutePath();
    return TableMetadataParser.read(new IcebergInput(disk, location, file));
  }

  /** New data files are recorded below the table's location. */
  private void checkLocation(TableMetadata metadata, Path file) {
    try {
      paths.resolve(metadata.location() + "/data/x");
    } catch (Corrupt e) {
      findings.damage(
          file,
          "a location that ends with /" + paths.name(),
          metadata.location(),
          "what is appended from now on could not be found again",
          GenerationFindings.RESTORE);
    }
  }

  private void compare(Found newest, TableMetadata older, Path olderFile) {
    TableMetadata metadata = newest.metadata();
    differ(newest, olderFile, "table id", older.uuid(), metadata.uuid());
    differ(newest, olderFile, "location", older.location(), metadata.location());
    for (Schema schema : older.schemas()) {
      Schema now = metadata.schemasById().get(schema.schemaId());
      if (now != null && !now.sameSchema(schema)) {
        differ(newest, olderFile, "schema " + schema.schemaId(), schema, now);
      }
    }
    older
        .specsById()
        .forEach(
            (id, spec) -> {
              if (metadata.specsById().containsKey(id)) {
                differ(
                    newest,
                    olderFile,
                    "partition spec " + id,
                    spec.fields(),
                    Objects.requireNonNull(metadata.specsById().get(id)).fields());
              }
            });
    for (Snapshot snapshot : older.snapshots()) {
      Snapshot now = metadata.snapshot(snapshot.snapshotId());
      if (now != null) {
        differ(newest, olderFile, "snapshot " + snapshot.snapshotId(), text(snapshot), text(now));
      }
    }
    if (published(metadata.properties()) < published(older.properties())) {
      differ(
          newest,
          olderFile,
          Generation.PUBLISHED,
          "at least " + published(older.properties()),
          published(metadata.properties()));
    }
    if (metadata.lastSequenceNumber() < older.lastSequenceNumber()) {
      differ(
          newest,
          olderFile,
          "last sequence number",
          "at least " + older.lastSequenceNumber(),
          metadata.lastSequenceNumber());
    }
  }

  private static long published(Map<String, String> properties) {
    try {
      return Long.parseLong(properties.getOrDefault(Generation.PUBLISHED, "0"));
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static String text(Snapshot snapshot) {
    return snapshot.manifestListLocation()
        + " parent "
        + snapshot.parentId()
        + " sequence "
        + snapshot.sequenceNumber()
        + " at "
        + snapshot.timestampMillis()
        + " "
        + snapshot.operation()
        + " "
        + new TreeMap<>(SnapshotSummary.of(snapshot));
  }

  private void differ(
      Found newest, Path olderFile, String what, @Nullable Object older, @Nullable Object now) {
    if (!Objects.equals(older, now)) {
      findings.damage(
          newest.file(),
          what + " as in " + olderFile.getFileName() + ": " + older,
          String.valueOf(now),
          "one of the two files is damaged: rows may be missing, read twice or read wrongly",
          GenerationFindings.RESTORE);
    }
  }

  private void checkHint(List<String> versions) throws IOException {
    Path hint = paths.versionHint();
    Optional<FileStat> stat = disk.stat(hint);
    if (stat.isEmpty()) {
      findings.note(hint, "missing", "Firn does not need it; other engines may not find the table");
      return;
    }
    String text;
    OptionalInt number = OptionalInt.empty();
    try {
      text =
          stat.get().isFile()
              ? new String(disk.read(hint), StandardCharsets.UTF_8).strip()
              : "no file";
      if (text.matches("[0-9]{1,9}")) {
        number = OptionalInt.of(Integer.parseInt(text));
      }
    } catch (IOException e) {
      text = Findings.why(e);
    }
    OptionalInt named = number;
    boolean there =
        named.isPresent()
            && versions.stream().anyMatch(v -> MetadataVersions.parse(v).equals(named));
    if (!there) {
      findings.warning(
          hint,
          "the number of a version that is there, at best of " + versions.get(0),
          text.length() > 40 ? text.substring(0, 40) + "…" : "\"" + text + "\"",
          "Firn does not need it and no row is affected; other engines do not find the table",
          "the next publish writes it anew");
    } else if (named.getAsInt() + 1 < MetadataVersions.parse(versions.get(0)).orElse(0)) {
      // One behind is what stands there between the two writes of a commit.
      findings.note(
          hint,
          "names version " + text + ", and the newest is " + versions.get(0),
          "Firn does not need it; other engines may read an older state until the next publish");
    }
  }
}
