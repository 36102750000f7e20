package dev.firn.core.generation;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.util.Map;
import java.util.Objects;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.jspecify.annotations.Nullable;

/**
 * Iceberg's table operations on one generation.
 *
 * <p>A commit writes the next metadata file under a temporary name, syncs it, <em>links</em> it to
 * {@code v<n>.metadata.json}, syncs the directory, and then writes the version hint. Killed before
 * the link, the old version is current; after it, the new one is: what it names was durable before,
 * because every output of {@link GenerationFileIO} is synced when it is closed, and the directory
 * with their names before the link. (Of a first version that is not needed: nobody reads a
 * generation whose building did not come to its end, which syncs all names.) A link fails if the
 * name is taken, so of two writers one loses: that alone is a failed commit; every other error is
 * an unknown state in which nothing may be cleaned up.
 */
final class GenerationOperations implements TableOperations {
  private final Disk disk;
  private final GenerationPaths paths;
  private final GenerationFileIO io;
  private final String location;
  private @Nullable TableMetadata current;
  private int version;

  /** Operations on a generation whose metadata has been loaded. */
  GenerationOperations(
      Disk disk, GenerationPaths paths, GenerationFileIO io, TableMetadata current, int version) {
    this.disk = disk;
    this.paths = paths;
    this.io = io;
    this.location = current.location();
    this.current = current;
    this.version = version;
  }

  /** Operations on a generation that is being built and has no metadata yet. */
  GenerationOperations(Disk disk, GenerationPaths paths, GenerationFileIO io, String location) {
    this.disk = disk;
    this.paths = paths;
    this.io = io;
    this.location = location;
  }

  @Override
  @SuppressWarnings("NullAway") // null means: no such table yet
  public TableMetadata current() {
    return current;
  }

  @Override
  public TableMetadata refresh() {
    return current();
  }

  @Override
  public void commit(@Nullable TableMetadata base, TableMetadata metadata) {
    if (base != current) {
      throw new CommitFailedException("%s has moved since it was read", paths.directory());
    }
    int next = version + 1;
    byte[] json = TableMetadataParser.toJson(metadata).getBytes(StandardCharsets.UTF_8);
    try {
      if (base != null) {
        disk.syncDirectory(paths.metadata());
      }
      DurableFiles.create(disk, paths.metadata().resolve(MetadataVersions.format(next)), json);
      DurableFiles.replace(
          disk, paths.versionHint(), Integer.toString(next).getBytes(StandardCharsets.UTF_8));
    } catch (FileAlreadyExistsException e) {
      throw new CommitFailedException(e, "%s: version %s exists", paths.directory(), next);
    } catch (IOException e) {
      throw new CommitStateUnknownException(e);
    }
    version = next;
    current =
        TableMetadataParser.fromJson(
            metadataFileLocation(MetadataVersions.format(next)),
            new String(json, StandardCharsets.UTF_8));
  }

  @Override
  public FileIO io() {
    return io;
  }

  @Override
  public String metadataFileLocation(String fileName) {
    return Objects.requireNonNull(location) + "/metadata/" + fileName;
  }

  @Override
  public LocationProvider locationProvider() {
    return LocationProviders.locationsFor(location, Map.of());
  }
}
