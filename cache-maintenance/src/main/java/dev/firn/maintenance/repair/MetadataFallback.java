package dev.firn.maintenance.repair;

import dev.firn.core.CacheException;
import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.FileStat;
import dev.firn.core.disk.ParquetInput;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.GenerationPaths;
import dev.firn.core.generation.MetadataVersions;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.LandedName;
import dev.firn.core.layout.Partition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * Whether the torn newest metadata of a generation can be done without: the version before it then
 * counts, and what it does not know must be live all the same.
 *
 * <p>That is provable where the torn version did nothing but publish. Publishing leaves a manifest
 * list behind that no older version names. It must hold every file of the older version and the
 * same deletes, and beside them only files that landed above the older {@code firn.published}; all
 * of these must still be there under their own names, with as many rows as its manifests say.
 * Stepping back makes them unpublished again: live to every reader of Firn, and published anew. And
 * no landed file may have a column that the older schema does not know exactly so, since the torn
 * version may have changed that too.
 *
 * <p>Where the torn file still names a snapshot, the manifest list must be that one's. Where it
 * names none, there must be exactly one such list. Another program's commit to rows leaves a list
 * of its own, which holds more than landed files; so it is never taken for a publish.
 *
 * <p>Stepping back, and what is there if it is killed after each step: the torn file <b>copied</b>,
 * durably: as before; <b>removed</b>, and the directory synced: the older version is the newest,
 * and every row is live; until the sync a power cut may bring the torn file back: as before; the
 * <b>hint</b> written anew.
 */
final class MetadataFallback {
  private static final Pattern CURRENT =
      Pattern.compile("\"current-snapshot-id\"\\s*:\\s*([0-9]{1,19})\\s*,");
  private static final Pattern LIST = Pattern.compile("snap-([0-9]{1,19})-[0-9]+-.*\\.avro");
  private static final Pattern SPLIT = Pattern.compile("split-([1-9][0-9]{0,17})-.*\\.parquet");

  private final Disk disk;
  private final GenerationPaths paths;
  private final GenerationName name;

  MetadataFallback(Disk disk, Partition partition, GenerationName name) {
    this.disk = disk;
    this.paths = new GenerationPaths(partition.generation(name), name);
    this.name = name;
  }

  /**
   * What is wrong with the newest metadata.
   *
   * @param torn its version
   * @param older the version before it, if that loads
   * @param doubt why it cannot be shown that every row stays live without it; empty if it can
   * @param landed files that are published anew
   * @param rows rows in them
   */
  record Torn(int torn, OptionalInt older, String doubt, int landed, long rows) {
    boolean isProvable() {
      return doubt.isEmpty();
    }
  }

  /** Empty if the newest metadata is a readable file, or there is none. */
  Optional<Torn> find() throws IOException {
    OptionalInt newest =
        names().stream()
            .map(MetadataVersions::parse)
            .filter(OptionalInt::isPresent)
            .mapToInt(OptionalInt::getAsInt)
            .max();
    if (newest.isEmpty()) {
      return Optional.empty();
    }
    int version = newest.getAsInt();
    try {
      Generation.load(disk, paths.directory(), name);
      return Optional.empty();
    } catch (Corrupt e) {
      return Optional.of(examine(version));
    }
  }

  private Torn examine(int version) throws IOException {
    Path file = paths.metadata().resolve(MetadataVersions.format(version));
    if (!disk.stat(file).map(FileStat::isFile).orElse(false)) {
      return new Torn(version, OptionalInt.empty(), "it is compressed, or no file", 0, 0);
    }
    Generation older;
    try {
      older = Generation.loadVersion(disk, paths.directory(), name, version - 1);
      older.liveFiles();
    } catch (CacheException | NoSuchFileException e) {
      return new Torn(version, OptionalInt.empty(), "the version before it cannot be read", 0, 0);
    } catch (RuntimeException e) {
      return new Torn(version, OptionalInt.empty(), "the version before it is not there", 0, 0);
    }
    Map<Long, Landed> landed = new HashMap<>();
    String doubt;
    try {
      doubt = doubt(version, older, landed);
    } catch (IOException | RuntimeException e) {
      doubt = "what it had published cannot be read: " + e.getMessage();
    }
    return new Torn(
        version,
        OptionalInt.of(version - 1),
        doubt,
        landed.size(),
        landed.values().stream().mapToLong(Landed::rows).sum());
  }

  /** A landed file as it is. */
  private record Landed(LandedName name, long rows) {}

  private String doubt(int version, Generation older, Map<Long, Landed> landed) throws IOException {
    MessageType schema = ParquetSchemaUtil.convert(older.metadata().schema(), "table");
    for (LandedName file : older.unpublished()) {
      Path path = paths.data().resolve(file.format());
      try (ParquetFileReader reader = open(path)) {
        landed.put(file.number(), new Landed(file, reader.getRecordCount()));
        for (Type column : reader.getFileMetaData().getSchema().getFields()) {
          if (column.getId() == null || schema.getFields().stream().noneMatch(column::equals)) {
            return path.getFileName()
                + " has column "
                + column.getName()
                + ", which the version before it does not know so";
          }
        }
      }
    }
    LeftoverLists lists = new LeftoverLists(disk, older);
    List<String> left = lists.unnamed(names(), version);
    Optional<String> torn = currentSnapshot(version);
    List<String> named =
        left.stream().filter(list -> torn.isEmpty() || torn.get().equals(snapshot(list))).toList();
    if (named.size() != 1) {
      return torn.isPresent() && named.isEmpty()
          ? "the manifest list of its snapshot is not there, or is an older one's"
          : named.isEmpty()
              ? "it published nothing: it may have changed the table otherwise"
              : named.size() + " manifest lists may be its own";
    }
    return doubt(
        lists.current(),
        lists.read(named.get(0), snapshot(named.get(0))),
        older.published(),
        landed);
  }

  private static String doubt(
      LeftoverLists.Content older,
      LeftoverLists.Content published,
      long lastPublished,
      Map<Long, Landed> landed) {
    Map<String, Long> added = new HashMap<>(published.rows());
    for (String location : older.rows().keySet()) {
      if (added.remove(location) == null) {
        return "it left out " + fileName(location);
      }
    }
    if (!published.deletes().equals(older.deletes())) {
      return "it changed what is deleted";
    }
    Map<Long, Long> taken = new HashMap<>();
    for (Map.Entry<String, Long> file : added.entrySet()) {
      String fileName = fileName(file.getKey());
      Optional<Long> number = landedNumber(fileName);
      if (number.isEmpty() || !landed.containsKey(number.get())) {
        return "it added " + fileName + ", which is no landed file that is still there";
      }
      taken.merge(number.get(), file.getValue(), Long::sum);
    }
    for (Map.Entry<Long, Long> file : taken.entrySet()) {
      long there = Objects.requireNonNull(landed.get(file.getKey())).rows();
      if (there != file.getValue()) {
        return "landed file " + file.getKey() + " holds " + there + " rows, not " + file.getValue();
      }
    }
    long last = taken.keySet().stream().mapToLong(Long::longValue).max().orElse(0);
    for (long number : landed.keySet()) {
      if (number < last && !taken.containsKey(number)) {
        return "it left out landed file " + number;
      }
    }
    return taken.isEmpty() || last <= lastPublished ? "it published nothing" : "";
  }

  private static Optional<Long> landedNumber(String fileName) {
    Matcher split = SPLIT.matcher(fileName);
    return split.matches()
        ? Optional.of(Long.parseLong(split.group(1)))
        : LandedName.parse(fileName).map(LandedName::number);
  }

  /** The snapshot that the torn file still names, if it does. */
  private Optional<String> currentSnapshot(int version) throws IOException {
    Path file = paths.metadata().resolve(MetadataVersions.format(version));
    Matcher matcher = CURRENT.matcher(new String(disk.read(file), StandardCharsets.UTF_8));
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  private static String snapshot(String list) {
    Matcher matcher = LIST.matcher(list);
    return matcher.matches() ? matcher.group(1) : "";
  }

  static boolean isList(String fileName) {
    return LIST.matcher(fileName).matches();
  }

  private ParquetFileReader open(Path path) throws IOException {
    return ParquetFileReader.open(
        new ParquetInput(disk, path),
        ParquetReadOptions.builder(new PlainParquetConfiguration()).build());
  }

  private List<String> names() throws IOException {
    try {
      return disk.list(paths.metadata());
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private static String fileName(String location) {
    return location.substring(location.lastIndexOf('/') + 1);
  }
}
