package dev.firn.core.generation;

import dev.firn.core.layout.GenerationName;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a generation that Firn wrote says of itself, in its table properties, so that its place in
 * the line of generations can be told without a cursor.
 *
 * @param name its own name
 * @param parent the generation that it was made from
 * @param parentMetadata the parent's metadata file that it was made from
 * @param parentUuid the parent's Iceberg table id
 * @param rowsIn live and deleted rows read from the parent
 * @param rowsOut rows written
 * @param dropped rows left out, by reason
 * @param rowsRestored rows that are live again without being in the parent, because a restore took
 *     them from the generation before it, less those that it took back; negative if it took back
 *     more
 * @param proof how rows in = rows out + rows dropped was proved: {@code counts} or {@code content}
 */
public record GenerationProof(
    GenerationName name,
    GenerationName parent,
    String parentMetadata,
    String parentUuid,
    long rowsIn,
    long rowsOut,
    DroppedRows dropped,
    long rowsRestored,
    String proof) {

  private static final String PREFIX = "firn.generation.";
  private static final String ROWS_DROPPED = PREFIX + "rows-dropped.";
  private static final String ROWS_RESTORED = PREFIX + "rows-restored";

  /** Without a restore. */
  public GenerationProof(
      GenerationName name,
      GenerationName parent,
      String parentMetadata,
      String parentUuid,
      long rowsIn,
      long rowsOut,
      DroppedRows dropped,
      String proof) {
    this(name, parent, parentMetadata, parentUuid, rowsIn, rowsOut, dropped, 0, proof);
  }

  /** With no row left out but those that delete files hide. */
  public GenerationProof(
      GenerationName name,
      GenerationName parent,
      String parentMetadata,
      String parentUuid,
      long rowsIn,
      long rowsOut,
      long rowsDeleted,
      String proof) {
    this(
        name,
        parent,
        parentMetadata,
        parentUuid,
        rowsIn,
        rowsOut,
        DroppedRows.of(DropReason.DELETED, rowsDeleted),
        proof);
  }

  /** True if no row was lost or added without a reason (I6). */
  public boolean isBalanced() {
    return rowsIn + rowsRestored == rowsOut + dropped.total();
  }

  /** As table properties; inverse of {@link #parse}. */
  public Map<String, String> format() {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put(PREFIX + "name", name.format());
    properties.put(PREFIX + "parent", parent.format());
    properties.put(PREFIX + "parent-metadata", parentMetadata);
    properties.put(PREFIX + "parent-uuid", parentUuid);
    properties.put(PREFIX + "rows-in", Long.toString(rowsIn));
    properties.put(PREFIX + "rows-out", Long.toString(rowsOut));
    for (DropReason reason : DropReason.values()) {
      if (reason == DropReason.DELETED || dropped.count(reason) > 0) {
        properties.put(ROWS_DROPPED + reason.text(), Long.toString(dropped.count(reason)));
      }
    }
    if (rowsRestored != 0) {
      properties.put(ROWS_RESTORED, Long.toString(rowsRestored));
    }
    properties.put(PREFIX + "proof", proof);
    return properties;
  }

  /** Empty if the properties are not those of a generation that Firn wrote whole. */
  public static Optional<GenerationProof> parse(Map<String, String> properties) {
    Optional<GenerationName> name =
        Optional.ofNullable(properties.get(PREFIX + "name")).flatMap(GenerationName::parse);
    Optional<GenerationName> parent =
        Optional.ofNullable(properties.get(PREFIX + "parent")).flatMap(GenerationName::parse);
    if (name.isEmpty() || parent.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new GenerationProof(
              name.get(),
              parent.get(),
              properties.getOrDefault(PREFIX + "parent-metadata", ""),
              properties.getOrDefault(PREFIX + "parent-uuid", ""),
              Long.parseLong(properties.getOrDefault(PREFIX + "rows-in", "")),
              Long.parseLong(properties.getOrDefault(PREFIX + "rows-out", "")),
              parseDropped(properties),
              Long.parseLong(properties.getOrDefault(ROWS_RESTORED, "0")),
              properties.getOrDefault(PREFIX + "proof", "")));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** What is dropped as deleted is always stated; a property that is missing is damage. */
  private static DroppedRows parseDropped(Map<String, String> properties) {
    DroppedRows dropped = DroppedRows.none();
    for (DropReason reason : DropReason.values()) {
      String otherwise = reason == DropReason.DELETED ? "" : "0";
      dropped =
          dropped.plus(
              reason,
              Long.parseLong(properties.getOrDefault(ROWS_DROPPED + reason.text(), otherwise)));
    }
    return dropped;
  }

  /** True for table properties that belong to Firn and are written anew with each generation. */
  public static boolean isOwnProperty(String name) {
    return name.startsWith("firn.");
  }
}
