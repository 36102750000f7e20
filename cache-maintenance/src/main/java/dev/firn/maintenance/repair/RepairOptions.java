package dev.firn.maintenance.repair;

import dev.firn.core.layout.GenerationName;
import java.util.Optional;

/**
 * What a repair is asked to do.
 *
 * @param apply mend; else only say what would be done
 * @param chosen the generation that is to be live, where that cannot be proved; with one partition
 *     only
 */
public record RepairOptions(boolean apply, Optional<GenerationName> chosen) {

  /** Says what would be done. */
  public static RepairOptions dryRun() {
    return new RepairOptions(false, Optional.empty());
  }

  /** Does what is provable. */
  public static RepairOptions provable() {
    return new RepairOptions(true, Optional.empty());
  }
}
