package dev.firn.maintenance.swap;

import dev.firn.core.disk.Disk;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.partition.PartitionState.OtherGeneration;
import java.io.IOException;
import java.util.Optional;

/** Every name in a partition's directory that uses up a generation's number. */
public final class NumberedNames {
  private NumberedNames() {}

  public static Optional<GenerationName> find(String entry) {
    return GenerationName.parse(entry)
        .or(() -> PartitionFiles.parseBuilding(entry))
        .or(() -> PartitionFiles.parseRemoving(entry));
  }

  /** One more than any number that the cursor or a name in the directory holds. */
  static GenerationName next(Disk disk, Live state) throws IOException {
    long highest = state.cursor().cursor().highestNumber();
    for (OtherGeneration other : state.others()) {
      highest = Math.max(highest, other.name().number());
    }
    for (String entry : disk.list(state.partition().directory())) {
      highest = Math.max(highest, find(entry).map(GenerationName::number).orElse(0L));
    }
    return new GenerationName(state.generation().name().layout(), highest + 1);
  }
}
