package dev.firn.core.generation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.disk.Disk;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.Partition;
import dev.firn.core.layout.PartitionFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.Transactions;
import org.apache.iceberg.UpdateProperties;
import org.jspecify.annotations.Nullable;

/**
 * Writes a new generation beside the live one, in {@code .building-<name>-<uuid>/}. Its metadata
 * records the final name and place from the start, so that one rename makes it a generation.
 *
 * <p>The caller holds the partition's lease. Nothing reads a building directory, so a kill at any
 * point leaves litter that the sweep removes after its grace. When {@link #commit} has returned,
 * every file in it is durable and so are their names; only then may it be renamed.
 */
public final class GenerationBuilder {
  /** Table property of a first generation, which was created and not rewritten from another. */
  public static final String CREATED = "firn.generation.created";

  /** Table property: which statistics were written with the generation, and why not others. */
  public static final String STATISTICS = "firn.generation.statistics";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Properties that steer where and how the replaced table was written, not what it holds. */
  private static final List<String> NOT_INHERITED =
      List.of(
          "write.data.path",
          "write.metadata.path",
          "write.folder-storage.path",
          "write.object-storage.",
          "write.location-provider.impl",
          "write.metadata.compression-codec",
          "write.parquet.compression-",
          "gc.enabled",
          "commit.retry.",
          "commit.status-check.");

  /**
   * Of new tables: many small commits must not pile up history in each metadata file. Manifests are
   * merged into small ones: as long as one of ten snapshots names what a manifest was merged from,
   * its entries stand in {@code metadata/} once more. 10,000 files of 15 columns take 1 MB of
   * manifests; merged into one, every sixteenth commit would write all of that again beside it.
   * Pieces of 64 KB hold 600 files each, and ten of them are as much as is ever there twice.
   */
  private static final Map<String, String> FIRST_PROPERTIES =
      Map.of(
          "format-version",
          "2",
          CREATED,
          "empty",
          "commit.manifest.min-count-to-merge",
          "16",
          "commit.manifest.target-size-bytes",
          "65536",
          "write.metadata.previous-versions-max",
          "4");

  private final Disk disk;
  private final @Nullable Generation parent;
  private final Path building;
  private final Path target;
  private final GenerationPaths paths;
  private final String location;
  private Collection<String> leftOut = List.of();

  private GenerationBuilder(
      Disk disk, @Nullable Generation parent, Path building, Path target, GenerationName name) {
    this.disk = disk;
    this.parent = parent;
    this.building = building;
    this.target = target;
    this.paths = new GenerationPaths(building, name);
    this.location = "file://" + target.toAbsolutePath();
  }

  /**
   * Creates the empty building directory.
   *
   * @param parent the generation that is replaced; null for a partition's first
   */
  public static GenerationBuilder create(
      Disk disk, Partition partition, @Nullable Generation parent, GenerationName name)
      throws IOException {
    Path building = partition.directory().resolve(PartitionFiles.building(name, UUID.randomUUID()));
    GenerationBuilder builder =
        new GenerationBuilder(disk, parent, building, partition.generation(name), name);
    disk.createDirectory(building);
    disk.createDirectory(builder.paths.data());
    disk.createDirectory(builder.paths.metadata());
    return builder;
  }

  /** Data files of the parent that this one is made without, because they are damaged. */
  public void leaveOut(Collection<String> quarantineIds) {
    leftOut = List.copyOf(quarantineIds);
  }

  /** Where the generation is being written. */
  public Path building() {
    return building;
  }

  /** Where a data file of this name is written now. */
  public Path dataFile(String fileName) {
    return paths.data().resolve(fileName);
  }

  /** The location that metadata records for a data file of this name. */
  public String dataLocation(String fileName) {
    return location + "/" + PartitionFiles.DATA + "/" + fileName;
  }

  /**
   * Writes the metadata: the parent's format version, schemas with their field ids, partition
   * specs, sort orders and properties, and one snapshot that adds {@code files}. History,
   * statistics and row lineage start anew; row ids go on from the parent's, since files that are
   * carried over may hold some of those in a column of their own.
   */
  public void commit(List<DataFile> files, GenerationProof proof, long nowMillis)
      throws IOException {
    commit(files, proof, SnapshotStatistics.notWanted(), nowMillis);
  }

  /**
   * The same with statistics of that snapshot, in a file beside the manifests.
   *
   * @param statistics of the rows of {@code files}
   */
  public void commit(
      List<DataFile> files, GenerationProof proof, SnapshotStatistics statistics, long nowMillis)
      throws IOException {
    disk.syncDirectory(paths.data());
    TableMetadata start = start(proof, statistics.text(), nowMillis);
    GenerationFileIO io = new GenerationFileIO(disk, paths);
    GenerationOperations operations = new GenerationOperations(disk, paths, io, location);
    try {
      Transaction transaction =
          Transactions.createTableTransaction(
              paths.name().format(), operations, start, report -> {});
      AppendFiles append =
          transaction
              .newFastAppend()
              .scanManifestsWith(SameThread.EXECUTOR)
              .writeManifestsWith(SameThread.EXECUTOR, 1)
              .set("firn.operation", "compaction");
      files.forEach(append::appendFile);
      append.commit();
      Snapshot snapshot = transaction.table().currentSnapshot();
      String name = snapshot.snapshotId() + "-" + UUID.randomUUID() + PartitionFiles.STATISTICS;
      statistics
          .write(
              io.newOutputFile(location + "/" + PartitionFiles.METADATA + "/" + name),
              snapshot.snapshotId(),
              snapshot.sequenceNumber())
          .ifPresent(file -> transaction.updateStatistics().setStatistics(file).commit());
      transaction.commitTransaction();
    } catch (RuntimeException e) {
      throw failed("cannot write the metadata of ", e);
    }
    disk.syncDirectory(building); // the commit has synced metadata/
  }

  /** Adds files to what {@link #commit} wrote, and restates the proof, in one further version. */
  public void add(List<DataFile> files, GenerationProof proof) throws IOException {
    disk.syncDirectory(paths.data());
    try {
      Transaction transaction = load().table().newTransaction();
      AppendFiles append =
          transaction
              .newFastAppend()
              .scanManifestsWith(SameThread.EXECUTOR)
              .writeManifestsWith(SameThread.EXECUTOR, 1);
      files.forEach(append::appendFile);
      append.commit();
      UpdateProperties properties = transaction.updateProperties();
      proof.format().forEach(properties::set);
      properties.commit();
      transaction.commitTransaction();
    } catch (RuntimeException e) {
      throw failed("cannot add to the metadata of ", e);
    }
  }

  /** Writes the metadata of a partition's first generation: a table of this schema without rows. */
  public void commitEmpty(Schema schema) throws IOException {
    TableMetadata empty =
        TableMetadata.newTableMetadata(
            schema, PartitionSpec.unpartitioned(), location, FIRST_PROPERTIES);
    try {
      new GenerationOperations(disk, paths, new GenerationFileIO(disk, paths), location)
          .commit(null, empty);
    } catch (RuntimeException e) {
      throw failed("cannot write the metadata of ", e);
    }
    disk.syncDirectory(building);
  }

  /**
   * What the disk said, if it was the disk: nobody reads what is being built, so it is not unknown
   * whether it is live.
   */
  private IOException failed(String what, RuntimeException error) {
    return error.getCause() instanceof IOException disk
        ? disk
        : new IOException(what + building + ": " + error.getMessage(), error);
  }

  private TableMetadata start(GenerationProof proof, String statistics, long nowMillis)
      throws IOException {
    Generation replaced = Objects.requireNonNull(parent);
    TableMetadata old = replaced.metadata();
    ObjectNode json = (ObjectNode) JSON.readTree(TableMetadataParser.toJson(old));
    json.put("table-uuid", UUID.randomUUID().toString());
    json.put("location", location);
    json.put("last-updated-ms", nowMillis);
    if (json.has("last-sequence-number")) {
      json.put("last-sequence-number", 0);
    }
    json.remove("current-snapshot-id");
    json.putObject("refs");
    for (String list :
        List.of(
            "snapshots", "statistics", "partition-statistics", "snapshot-log", "metadata-log")) {
      json.putArray(list);
    }
    ObjectNode properties = json.putObject("properties");
    old.properties()
        .forEach(
            (name, value) -> {
              if (isInherited(name)) {
                properties.put(name, value);
              }
            });
    for (Map.Entry<String, String> property : proof.format().entrySet()) {
      properties.put(property.getKey(), property.getValue());
    }
    if (!statistics.isEmpty()) {
      properties.put(STATISTICS, statistics);
    }
    if (!leftOut.isEmpty() || old.properties().containsKey(Generation.QUARANTINED)) {
      properties.put(Generation.QUARANTINED, replaced.quarantinedWith(leftOut));
    }
    // The builder marks nothing as changed, so that the first commit writes exactly this and a
    // snapshot.
    return TableMetadataParser.fromJson(json.toString());
  }

  private static boolean isInherited(String name) {
    return !GenerationProof.isOwnProperty(name)
        && NOT_INHERITED.stream().noneMatch(name::startsWith);
  }

  /** What has been written, as a reader would see it. */
  public Generation load() throws IOException {
    return Generation.load(disk, building, paths.name());
  }

  /** Where {@link #building} is to be renamed to. */
  public Path target() {
    return target;
  }
}
