package dev.firn.maintenance.swap;

import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.PartitionFiles;
import java.util.Optional;

/** Every name in a partition's directory that uses up a generation's number. */
public final class NumberedNames {
  private NumberedNames() {}

  public static Optional<GenerationName> find(String entry) {
    return GenerationName.parse(entry)
        .or(() -> PartitionFiles.parseBuilding(entry))
        .or(() -> PartitionFiles.parseRemoving(entry));
  }
}
