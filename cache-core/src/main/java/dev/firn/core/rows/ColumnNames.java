package dev.firn.core.rows;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.iceberg.avro.AvroSchemaUtil;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Which names may become columns, in the order in which they come.
 *
 * <p>Refused are the empty name, more than {@value #MAX_NAME_BYTES} bytes of UTF-8, control
 * characters and halves of surrogate pairs; a name that differs from an earlier one, or from the
 * path of a nested field, only in case; and one that Parquet would spell like an earlier one
 * (Iceberg stores {@code a.b} as {@code a_x2Eb}). All other characters are allowed, dots too. There
 * are at most {@value #MAX_COLUMNS} columns, the rescue column not counted.
 */
final class ColumnNames {
  static final int MAX_COLUMNS = 1000;
  static final int MAX_NAME_BYTES = 200;
  private static final String RESCUED = "_rescued";

  /** Spellings that are taken, in lower case, each with the name that took it. */
  private final Map<String, String> taken = new HashMap<>();

  /** Where rescued values go: an existing column or one to be. */
  private final String rescue;

  private int columns;

  ColumnNames(List<Types.NestedField> fields) {
    Types.StructType struct = Types.StructType.of(fields);
    for (String path : TypeUtil.indexByName(struct).keySet()) {
      taken.put(lower(path), path);
    }
    for (Types.NestedField field : fields) {
      taken.put(lower(AvroSchemaUtil.makeCompatibleName(field.name())), field.name());
    }
    this.rescue = rescueName(struct);
    this.columns = fields.size() - (struct.field(rescue) == null ? 0 : 1);
    taken.put(lower(rescue), rescue);
  }

  /**
   * The rescue column that a table has or would get: {@code _rescued}, or with a number behind it
   * where another program has made that a column of something else.
   */
  private String rescueName(Types.StructType struct) {
    for (int i = 1; ; i++) {
      String name = i == 1 ? RESCUED : RESCUED + "_" + i;
      Types.NestedField field = struct.field(name);
      if (field == null
          ? !taken.containsKey(lower(name))
          : field.type().equals(Types.StringType.get())) {
        return name;
      }
    }
  }

  String rescue() {
    return rescue;
  }

  /** Why a name that is no column cannot become one; null if it can. */
  @Nullable String refusal(String name) {
    if (name.equals(rescue)) {
      return "name of its own (rescued values lie there)";
    }
    if (name.isEmpty()
        || name.length() > MAX_NAME_BYTES
        || !JsonText.isUnicode(name)
        || name.chars().anyMatch(Character::isISOControl)
        || name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
      return "name of 1 to " + MAX_NAME_BYTES + " bytes without control characters";
    }
    String other = taken.get(lower(name));
    if (other == null) {
      other = taken.get(lower(AvroSchemaUtil.makeCompatibleName(name)));
    }
    if (other != null) {
      return "name that can stand beside column " + other;
    }
    return columns >= MAX_COLUMNS ? "column among the first " + MAX_COLUMNS : null;
  }

  /** Takes a name that is not refused. */
  void take(String name) {
    taken.put(lower(name), name);
    taken.put(lower(AvroSchemaUtil.makeCompatibleName(name)), name);
    columns++;
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
