package dev.firn.maintenance.verify;

import dev.firn.core.layout.Partition;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a check found in one partition.
 *
 * @param generation the live generation, if it can be told
 * @param generations how many were examined
 * @param files data files of the live generation, landed ones included; of every generation that
 *     may be the live one where that is in doubt
 * @param rows live rows in them
 * @param bytes of them
 * @param findings the worst first
 */
public record VerifiedPartition(
    Partition partition,
    State state,
    Optional<String> generation,
    long generations,
    long files,
    long rows,
    long bytes,
    List<Finding> findings) {

  /** Whether its rows can be read at all. */
  public enum State {
    LIVE,
    ABSENT,
    /** Its cursor is in doubt, or the way from there to its rows is damaged. */
    UNREADABLE;

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public VerifiedPartition {
    findings = List.copyOf(findings);
  }

  public long count(Severity severity) {
    return findings.stream().filter(finding -> finding.severity() == severity).count();
  }
}
