package dev.firn.core.generation;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.FileStat;
import dev.firn.core.disk.IcebergInput;
import dev.firn.core.disk.IcebergOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;

/**
 * Iceberg's view of one generation's files. Locations resolve through {@link GenerationPaths};
 * symbolic links are not followed.
 *
 * <p>It removes nothing: Iceberg cleans up after commits that it takes for failed, and a file of a
 * commit that did happen would be gone. What is left over is litter for the sweep.
 */
public final class GenerationFileIO implements FileIO {
  private final transient Disk disk;
  private final transient GenerationPaths paths;

  public GenerationFileIO(Disk disk, GenerationPaths paths) {
    this.disk = disk;
    this.paths = paths;
  }

  @Override
  public InputFile newInputFile(String location) {
    try {
      return new IcebergInput(disk, location, resolve(location));
    } catch (IOException e) {
      throw new RuntimeIOException(e);
    }
  }

  @Override
  public OutputFile newOutputFile(String location) {
    try {
      return new IcebergOutput(disk, location, resolve(location));
    } catch (IOException e) {
      throw new RuntimeIOException(e);
    }
  }

  @Override
  public void deleteFile(String location) {}

  /** The path that a location means; Corrupt if it leads out of the generation. */
  public Path resolve(String location) throws IOException {
    return requireNoLink(paths.resolve(location));
  }

  /** {@link #resolve} of each, in order; a directory on the way to many is looked at once. */
  public List<Path> resolveAll(Collection<String> locations) throws IOException {
    List<Path> resolved = new ArrayList<>(locations.size());
    Set<Path> looked = new HashSet<>();
    for (String location : locations) {
      Path path = paths.resolve(location);
      requireNoLink(path, looked);
      resolved.add(path);
    }
    return resolved;
  }

  /** The path itself; Corrupt if it, or a directory on the way from the generation, is a link. */
  Path requireNoLink(Path path) throws IOException {
    requireNoLink(path, new HashSet<>());
    return path;
  }

  /**
   * @param looked at already, each with all that is above it
   */
  private void requireNoLink(Path path, Set<Path> looked) throws IOException {
    for (Path step = path;
        !step.equals(paths.directory()) && looked.add(step);
        step = Objects.requireNonNull(step.getParent())) {
      Optional<FileStat> stat = disk.stat(step);
      if (stat.isPresent() && stat.get().kind() == FileStat.Kind.SYMBOLIC_LINK) {
        throw new Corrupt(step, "a file or directory", "a symbolic link");
      }
    }
  }
}
