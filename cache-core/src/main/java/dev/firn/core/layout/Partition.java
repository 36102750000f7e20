package dev.firn.core.layout;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One partition of a dataset: where its cursor and its generations are.
 *
 * @param dataset name of the dataset
 * @param keys partition keys and values, in the order of the directories
 * @param directory where it is on this machine
 * @param path the same below the root, with slashes: {@code datasets/<dataset>/<key>=<value>/...}
 */
public record Partition(String dataset, Map<String, String> keys, Path directory, String path) {

  public Partition {
    keys = Collections.unmodifiableMap(new LinkedHashMap<>(keys));
  }

  public Path cursorFile() {
    return directory.resolve(PartitionFiles.CURSOR);
  }

  public Path generation(GenerationName name) {
    return directory.resolve(name.format());
  }

  @Override
  public String toString() {
    return path;
  }
}
