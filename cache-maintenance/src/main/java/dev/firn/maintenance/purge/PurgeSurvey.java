package dev.firn.maintenance.purge;

import dev.firn.maintenance.purge.PurgeFinding.Place;
import java.util.List;

/**
 * Every file of a partition, looked at.
 *
 * @param filesScanned data files of which every row was read; those with several names once
 * @param rowsScanned rows in them
 * @param otherFiles metadata, cursors, locks and whatever else holds no rows of the table
 * @param findings files in which rows match, or may
 */
public record PurgeSurvey(
    long filesScanned, long rowsScanned, long otherFiles, List<PurgeFinding> findings) {
  public PurgeSurvey {
    findings = List.copyOf(findings);
  }

  /** True if no row anywhere matches, beyond doubt, but for archives. */
  public boolean isClean() {
    return findings.stream().allMatch(finding -> finding.place() == Place.ARCHIVE);
  }

  /** True if rows match somewhere there, or may. */
  public boolean hasAnyIn(Place place) {
    return findings.stream().anyMatch(finding -> finding.place() == place);
  }
}
