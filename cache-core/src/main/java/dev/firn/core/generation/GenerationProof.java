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
 * @param rowsDeleted rows left out because the parent's delete files hide them
 * @param rowsQuarantined rows left out because their data files are damaged
 * @param proof how rows in = rows out + rows dropped was proved: {@code counts} or {@code content}
 */
public record GenerationProof(
    GenerationName name,
    GenerationName parent,
    String parentMetadata,
    String parentUuid,
    long rowsIn,
    long rowsOut,
    long rowsDeleted,
    long rowsQuarantined,
    String proof) {

  private static final String PREFIX = "firn.generation.";
  private static final String ROWS_QUARANTINED = PREFIX + "rows-dropped.quarantined";

  /** With every data file taken along. */
  public GenerationProof(
      GenerationName name,
      GenerationName parent,
      String parentMetadata,
      String parentUuid,
      long rowsIn,
      long rowsOut,
      long rowsDeleted,
      String proof) {
    this(name, parent, parentMetadata, parentUuid, rowsIn, rowsOut, rowsDeleted, 0, proof);
  }

  /** Rows that were left out, for whatever reason. */
  public long rowsDropped() {
    return rowsDeleted + rowsQuarantined;
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
    properties.put(PREFIX + "rows-dropped.deleted", Long.toString(rowsDeleted));
    if (rowsQuarantined > 0) {
      properties.put(ROWS_QUARANTINED, Long.toString(rowsQuarantined));
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
              Long.parseLong(properties.getOrDefault(PREFIX + "rows-dropped.deleted", "")),
              Long.parseLong(properties.getOrDefault(ROWS_QUARANTINED, "0")),
              properties.getOrDefault(PREFIX + "proof", "")));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** True for table properties that belong to Firn and are written anew with each generation. */
  public static boolean isOwnProperty(String name) {
    return name.startsWith("firn.");
  }
}
