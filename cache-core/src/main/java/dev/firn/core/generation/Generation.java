package dev.firn.core.generation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.firn.core.CacheException;
import dev.firn.core.CacheException.CommitConflict;
import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.CacheException.UnsupportedFormat;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskReason;
import dev.firn.core.disk.IcebergInput;
import dev.firn.core.generation.MetadataVersions.MetadataVersion;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.LandedName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.TableScan;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.mapping.NameMapping;
import org.apache.iceberg.mapping.NameMappingParser;
import org.jspecify.annotations.Nullable;

/**
 * One generation as it was at one instant: the landed files and the newest metadata of its
 * directory, read once. Reading takes no lock and changes nothing.
 */
public final class Generation {
  /** Table property: the highest number of a landed file that was published. */
  public static final String PUBLISHED = "firn.published";

  /** Table property: ids of the records of data files that were left out, as a list in JSON. */
  public static final String QUARANTINED = "firn.quarantined";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Disk disk;
  private final GenerationPaths paths;
  private final GenerationFileIO io;
  private final TableMetadata metadata;
  private final MetadataVersion version;
  private final List<LandedName> unpublished;
  private final BaseTable table;

  private Generation(
      Disk disk,
      GenerationPaths paths,
      GenerationFileIO io,
      TableMetadata metadata,
      MetadataVersion version,
      LandedFiles.Listing landed) {
    this.disk = disk;
    this.paths = paths;
    this.io = io;
    this.metadata = metadata;
    this.version = version;
    this.unpublished = List.copyOf(landed.above(published()));
    this.table =
        new BaseTable(
            new GenerationOperations(disk, paths, io, metadata, version.number()),
            paths.name().format(),
            report -> {});
  }

  /**
   * Loads the generation's newest metadata.
   *
   * @throws CacheException if there is none, or it cannot be understood
   */
  public static Generation load(Disk disk, Path directory, GenerationName name) throws IOException {
    GenerationPaths paths = new GenerationPaths(directory, name);
    // Listed first: a file that is published in between is then read from the snapshot, once.
    LandedFiles.Listing landed = LandedFiles.listAtOneInstant(disk, paths);
    return load(disk, paths, landed, MetadataVersions.loadNewest(disk, paths));
  }

  /**
   * Loads the newest metadata, for a caller that knows what has landed.
   *
   * @param landed by number: those that are published may be among them, and are left out
   */
  public static Generation load(
      Disk disk, Path directory, GenerationName name, List<LandedName> landed) throws IOException {
    GenerationPaths paths = new GenerationPaths(directory, name);
    return load(
        disk,
        paths,
        new LandedFiles.Listing(landed, true),
        MetadataVersions.loadNewest(disk, paths));
  }

  /**
   * Loads the generation as if the newest metadata were {@code version}: for a repair, which asks
   * what would be live then.
   *
   * @throws CacheException if that version is not there, or cannot be understood
   */
  public static Generation loadVersion(Disk disk, Path directory, GenerationName name, int version)
      throws IOException {
    GenerationPaths paths = new GenerationPaths(directory, name);
    LandedFiles.Listing landed = LandedFiles.listAtOneInstant(disk, paths);
    return load(
        disk, paths, landed, new MetadataVersion(version, MetadataVersions.format(version)));
  }

  private static Generation load(
      Disk disk, GenerationPaths paths, LandedFiles.Listing landed, MetadataVersion version)
      throws IOException {
    GenerationFileIO io = new GenerationFileIO(disk, paths);
    Path file = io.requireNoLink(paths.metadata().resolve(version.fileName()));
    TableMetadata metadata;
    try {
      String location =
          "file://" + paths.directory().toAbsolutePath() + "/metadata/" + version.fileName();
      metadata = TableMetadataParser.read(new IcebergInput(disk, location, file));
    } catch (RuntimeException e) {
      throw new Corrupt(file, "Iceberg table metadata", rootMessage(e), e);
    }
    if (metadata.encryptionKeys() != null && !metadata.encryptionKeys().isEmpty()) {
      throw new UnsupportedFormat(file, "an encrypted table", "a plain one");
    }
    return new Generation(disk, paths, io, metadata, version, landed);
  }

  /** True if the directory holds any metadata file; false means that nothing was ever committed. */
  public static boolean hasMetadata(Disk disk, Path directory, GenerationName name)
      throws IOException {
    return MetadataVersions.findNewest(disk, new GenerationPaths(directory, name)).isPresent();
  }

  public GenerationName name() {
    return paths.name();
  }

  public GenerationPaths paths() {
    return paths;
  }

  public Path directory() {
    return paths.directory();
  }

  public TableMetadata metadata() {
    return metadata;
  }

  /** Name of the metadata file that was read, for example {@code v7.metadata.json}. */
  public String metadataFile() {
    return version.fileName();
  }

  /** Number of the metadata file that was read; higher ones are newer. */
  public int version() {
    return version.number();
  }

  /** True if no version has been committed since this one was read. */
  public boolean isNewest() throws IOException {
    return MetadataVersions.isNewest(disk, paths, version);
  }

  public GenerationFileIO io() {
    return io;
  }

  public Table table() {
    return table;
  }

  /**
   * What the table says of the field ids of files that carry none; null if it says nothing.
   *
   * @throws IllegalArgumentException if what it says cannot be parsed
   */
  public @Nullable NameMapping nameMapping() {
    @Nullable String json = metadata.properties().get(TableProperties.DEFAULT_NAME_MAPPING);
    return json == null ? null : NameMappingParser.fromJson(json);
  }

  /** The highest number of a landed file that the snapshot takes into account; 0 if none. */
  public long published() {
    try {
      return Long.parseLong(metadata.properties().getOrDefault(PUBLISHED, "0"));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** Ids of the damaged data files that this generation, or one before it, was made without. */
  public Set<String> quarantined() {
    return quarantined(metadata);
  }

  /** {@link #quarantined()} of a generation with this metadata. */
  public static Set<String> quarantined(TableMetadata metadata) {
    Set<String> ids = new TreeSet<>();
    try {
      for (JsonNode id : JSON.readTree(metadata.properties().getOrDefault(QUARANTINED, "[]"))) {
        ids.add(id.asText());
      }
    } catch (JsonProcessingException e) {
      return Set.of();
    }
    return ids;
  }

  /** {@link #quarantined} and more ids as a table property. */
  public String quarantinedWith(Collection<String> more) {
    Set<String> ids = new TreeSet<>(quarantined());
    ids.addAll(more);
    ArrayNode list = JSON.createArrayNode();
    ids.forEach(list::add);
    return list.toString();
  }

  /** Landed files that are in no snapshot yet, by number: live rows like any other. */
  public List<LandedName> unpublished() {
    return unpublished;
  }

  /** What this generation says of its own making, if Firn made it. */
  public Optional<GenerationProof> proof() {
    return GenerationProof.parse(metadata.properties());
  }

  /**
   * The live data files of the current snapshot with the delete files that apply to each, in the
   * order in which they were added; reads the manifest list and every manifest. Without column
   * statistics, which may take some kilobytes a file.
   *
   * @throws CommitConflict if so much was published since the metadata was loaded that its
   *     manifests are gone: load it again
   * @throws Corrupt if one of them is missing or unreadable, or records a location that is not in
   *     this generation
   */
  public List<FileScanTask> liveFiles() throws IOException {
    return liveFiles(table.newScan(), location -> true);
  }

  /** Those of the {@link #liveFiles} that have these locations, with their column statistics. */
  public List<FileScanTask> liveFilesWithStatistics(Set<String> locations) throws IOException {
    return locations.isEmpty()
        ? List.of()
        : liveFiles(table.newScan().includeColumnStats(), locations::contains);
  }

  /** The {@link #liveFiles} with the statistics of these columns. */
  public List<FileScanTask> liveFilesWithStatisticsOf(Collection<String> columns)
      throws IOException {
    return liveFiles(table.newScan().includeColumnStats(columns), location -> true);
  }

  private List<FileScanTask> liveFiles(TableScan scan, Predicate<String> wanted)
      throws IOException {
    @Nullable Snapshot snapshot = metadata.currentSnapshot();
    if (snapshot == null) {
      return List.of();
    }
    List<FileScanTask> files = new ArrayList<>();
    try (CloseableIterable<FileScanTask> tasks = scan.planWith(SameThread.EXECUTOR).planFiles()) {
      for (FileScanTask task : tasks) {
        paths.resolve(task.file().location());
        if (wanted.test(task.file().location())) {
          files.add(task);
        }
      }
    } catch (CacheException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      if (isMissingFile(e) && !isNewest()) {
        throw new CommitConflict(
            paths.directory() + " was published to while its manifests were being read");
      }
      throw new Corrupt(
          paths.metadata(), "a readable manifest list and manifests", rootMessage(e), e);
    }
    return inOrderOfAddition(files);
  }

  private static List<FileScanTask> inOrderOfAddition(List<FileScanTask> files) {
    Map<String, Integer> manifests = new HashMap<>(); // one commit may write several, in order
    for (FileScanTask task : files) {
      manifests.putIfAbsent(manifest(task), manifests.size());
    }
    files.sort(
        Comparator.comparingLong(Generation::sequence)
            .thenComparingLong(Generation::landedNumber)
            .thenComparingInt(task -> manifests.getOrDefault(manifest(task), 0))
            .thenComparingLong(Generation::position));
    return List.copyOf(files);
  }

  private static String manifest(FileScanTask task) {
    return Objects.requireNonNullElse(task.file().manifestLocation(), "");
  }

  private static boolean isMissingFile(Throwable error) {
    for (Throwable e = error; e != null; e = e.getCause()) {
      if (e instanceof NotFoundException) {
        return true;
      }
    }
    return false;
  }

  private static long sequence(FileScanTask task) {
    @Nullable Long sequence = task.file().dataSequenceNumber();
    return sequence == null ? 0 : sequence;
  }

  private static long landedNumber(FileScanTask task) {
    String location = task.file().location();
    return LandedName.parse(location.substring(location.lastIndexOf('/') + 1))
        .map(LandedName::number)
        .orElse(0L);
  }

  private static long position(FileScanTask task) {
    @Nullable Long position = task.file().pos();
    return position == null ? 0 : position;
  }

  private static String rootMessage(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null && !(root instanceof ValidationException)) {
      root = root.getCause();
    }
    return DiskReason.of(root);
  }
}
