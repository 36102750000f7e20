package dev.firn.core.generation;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.PartitionFiles;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Where the files of one generation are, whatever its metadata recorded.
 *
 * <p>Iceberg metadata holds absolute locations of the machine that wrote it. A location means the
 * file of the same relative name below <em>this</em> directory: what follows the last {@code
 * /<generation>/metadata/} or {@code /<generation>/data/}. So a copied cache reads its own files
 * and never the original's. What does not resolve so is damage: it is never followed.
 *
 * @param directory where the generation is now; while it is being built, its {@code .building-}
 *     directory
 * @param name the generation's final name, which its metadata records
 */
public record GenerationPaths(Path directory, GenerationName name) {

  public Path metadata() {
    return directory.resolve(PartitionFiles.METADATA);
  }

  public Path data() {
    return directory.resolve(PartitionFiles.DATA);
  }

  public Path versionHint() {
    return metadata().resolve(PartitionFiles.VERSION_HINT);
  }

  /** The file that a recorded location means; Corrupt if it means none in this generation. */
  public Path resolve(String location) throws Corrupt {
    String inMetadata = "/" + name.format() + "/" + PartitionFiles.METADATA + "/";
    String inData = "/" + name.format() + "/" + PartitionFiles.DATA + "/";
    int metadataAt = location.lastIndexOf(inMetadata);
    int dataAt = location.lastIndexOf(inData);
    int start = Math.max(metadataAt, dataAt);
    if (start < 0) {
      throw outside(location);
    }
    String relative = location.substring(start + name.format().length() + 2);
    Path resolved = directory;
    for (String segment : relative.split("/", -1)) {
      if (segment.isEmpty()
          || segment.equals(".")
          || segment.equals("..")
          || segment.indexOf('\0') >= 0) {
        throw outside(location);
      }
      try {
        resolved = resolved.resolve(segment);
      } catch (InvalidPathException e) {
        throw outside(location);
      }
    }
    return resolved;
  }

  private Corrupt outside(String location) {
    return new Corrupt(
        directory,
        "recorded locations below " + name.format() + "/metadata or " + name.format() + "/data",
        location);
  }
}
