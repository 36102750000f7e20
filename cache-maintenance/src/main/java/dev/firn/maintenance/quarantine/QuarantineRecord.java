package dev.firn.maintenance.quarantine;

import dev.firn.core.layout.GenerationName;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * Why a data file was left out of a partition.
 *
 * @param generation that it was in
 * @param file its name
 * @param rows in it, if their number is known
 * @param at ISO time
 * @param deletes delete files that applied to it, as the table recorded them
 */
public record QuarantineRecord(
    GenerationName generation,
    String file,
    Kind kind,
    OptionalLong rows,
    String why,
    String at,
    List<String> deletes) {

  /** What was left out. */
  public enum Kind {
    /** A data file of a snapshot. */
    DATA,
    /** A file that had landed and was in no snapshot yet. */
    LANDED,
    /** A data file of a snapshot that is not there any more. */
    MISSING;

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public QuarantineRecord {
    deletes = List.copyOf(deletes);
  }

  /** What generations made without it record. */
  public String id() {
    return id(generation, file);
  }

  public static String id(GenerationName generation, String file) {
    return generation.format() + "/" + file;
  }

  /** In one sentence: how many rows are withheld, of which file, and why. */
  public String sentence() {
    String count =
        rows.isEmpty()
            ? "an unknown number of rows"
            : rows.getAsLong() + (rows.getAsLong() == 1 ? " row" : " rows");
    return count
        + (rows.isPresent() && rows.getAsLong() == 1 ? " is" : " are")
        + (kind == Kind.MISSING
            ? " lost with " + id() + ", which is not there"
            : " withheld with " + id() + ", which is in quarantine: " + why);
  }
}
