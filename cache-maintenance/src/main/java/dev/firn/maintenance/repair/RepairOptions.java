package dev.firn.maintenance.repair;

import dev.firn.core.layout.GenerationName;
import java.util.Optional;

/**
 * What a repair is asked to do.
 *
 * @param apply mend; else only say what would be done
 * @param chosen the generation that is to be live, where that cannot be proved; with one partition
 *     only
 * @param full decode every data file to find out which are damaged
 * @param withhold go on without data files that cannot be read
 * @param acceptLoss go on without data files that are not there any more, too
 */
public record RepairOptions(
    boolean apply,
    Optional<GenerationName> chosen,
    boolean full,
    boolean withhold,
    boolean acceptLoss) {

  /** Says what would be done. */
  public static RepairOptions dryRun() {
    return new RepairOptions(false, Optional.empty(), false, true, false);
  }

  /** Does what is provable. */
  public static RepairOptions provable() {
    return new RepairOptions(true, Optional.empty(), false, true, false);
  }

  /** Does what changes no row that can be read: cursor, metadata and hint. */
  public static RepairOptions automatic() {
    return new RepairOptions(true, Optional.empty(), false, false, false);
  }

  /** The same with a choice. */
  public RepairOptions choosing(GenerationName generation) {
    return new RepairOptions(apply, Optional.of(generation), full, withhold, acceptLoss);
  }
}
