package dev.firn.maintenance.repair;

import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * One thing that is not as it should be, and what became of it.
 *
 * @param path below the root, with slashes
 * @param wrong what is wrong
 * @param action what was or would be done, or what somebody has to do
 * @param rows rows at stake, if their number is known
 * @param candidates generations to choose from; empty if there is no choice
 */
public record MendReport(
    Kind kind,
    String path,
    String wrong,
    String action,
    OptionalLong rows,
    Status status,
    List<Candidate> candidates) {

  /** What is mended. */
  public enum Kind {
    CURSOR,
    METADATA,
    VERSION_HINT,
    DATA_FILE,
    APPENDS,
    LITTER,
    OTHER;

    public String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** What became of it. */
  public enum Status {
    /** It was done. */
    DONE,
    /** It would be done. */
    WOULD,
    /** It was tried, and taken back or given up. */
    FAILED,
    /** It cannot be mended without somebody's decision, or not at all. */
    LEFT,
    /** It needs no mending. */
    NOTE;

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public MendReport {
    candidates = List.copyOf(candidates);
  }

  MendReport with(Status other) {
    return new MendReport(kind, path, wrong, action, rows, other, candidates);
  }
}
