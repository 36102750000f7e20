package dev.firn.core.layout;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The names in a partition's directory, formatted and parsed here and nowhere else.
 *
 * <pre>
 *   cursor.json                      the one mutable file
 *   .commit.lock .maintain.lock      locks; .maintain.owner names the holder of the lease
 *   .commit.owner                    which writer landed last
 *   table, table-&lt;n&gt;, epoch=&lt;n&gt;      generations
 *   .building-&lt;generation&gt;-&lt;uuid&gt;    a generation being written
 *   .removing-&lt;generation&gt;-&lt;uuid&gt;    a generation renamed aside, to be removed
 *   .quarantine/&lt;generation&gt;/        data files that were left out of it because they are damaged
 * </pre>
 */
public final class PartitionFiles {
  public static final String CURSOR = "cursor.json";
  public static final String COMMIT_LOCK = ".commit.lock";

  /** Which writer landed last, for writers; wrong or missing it costs a listing. */
  public static final String COMMIT_OWNER = ".commit.owner";

  public static final String MAINTAIN_LOCK = ".maintain.lock";
  public static final String MAINTAIN_OWNER = ".maintain.owner";

  /** In a generation: when it was superseded, as a bare ISO time. */
  public static final String RETIRED = ".retired";

  /** Damaged data files and a record of each; never swept. */
  public static final String QUARANTINE = ".quarantine";

  public static final String METADATA = "metadata";
  public static final String DATA = "data";
  public static final String VERSION_HINT = "version-hint.text";

  /** How the name of a file of statistics in {@code metadata/} ends; Iceberg's engines agree. */
  public static final String STATISTICS = ".stats";

  private static final Pattern RECEIPTS = Pattern.compile("receipts-[0-9]+\\.json");
  private static final String BUILDING = ".building-";
  private static final String REMOVING = ".removing-";
  private static final int UUID_LENGTH = 36;

  private PartitionFiles() {}

  /** In a generation: the n-th file of receipts that came with the swap. */
  public static String receipts(int number) {
    return "receipts-" + number + ".json";
  }

  public static boolean isReceipts(String name) {
    return RECEIPTS.matcher(name).matches();
  }

  public static String building(GenerationName name, UUID id) {
    return BUILDING + name.format() + "-" + id;
  }

  public static String removing(GenerationName name, UUID id) {
    return REMOVING + name.format() + "-" + id;
  }

  /** The generation that a {@code .building-} name was to become. */
  public static Optional<GenerationName> parseBuilding(String name) {
    return parse(BUILDING, name);
  }

  /** The generation that a {@code .removing-} name was. */
  public static Optional<GenerationName> parseRemoving(String name) {
    return parse(REMOVING, name);
  }

  private static Optional<GenerationName> parse(String prefix, String name) {
    int end = name.length() - UUID_LENGTH - 1;
    if (!name.startsWith(prefix) || end <= prefix.length() || name.charAt(end) != '-') {
      return Optional.empty();
    }
    String id = name.substring(end + 1);
    try {
      if (!UUID.fromString(id).toString().equals(id)) {
        return Optional.empty();
      }
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    return GenerationName.parse(name.substring(prefix.length(), end));
  }
}
