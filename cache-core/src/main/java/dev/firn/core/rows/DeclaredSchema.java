package dev.firn.core.rows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * What a dataset's columns are said to be before there are any: structs, lists, maps, decimals,
 * which no row of JSON could tell by itself. A new table has these columns. A table that is there
 * gets those that it lacks, as optional ones; a column that it has must be of the same type, but
 * for {@code int} and {@code long} and for decimals of one scale, of which the wider one wins.
 * Columns that rows bring and nobody declared are added as ever.
 */
public final class DeclaredSchema {
  /** Of new tables. */
  private static final int FORMAT_VERSION = 2;

  private final Schema schema;

  private DeclaredSchema(Schema schema) {
    this.schema = schema;
  }

  /**
   * @throws IllegalArgumentException naming a column that a table of Firn's cannot have
   */
  public static DeclaredSchema of(Schema schema) {
    if (schema.columns().isEmpty()) {
      throw new IllegalArgumentException("there is no column in it");
    }
    try {
      Schema.checkCompatibility(schema, FORMAT_VERSION);
    } catch (IllegalStateException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    ColumnNames names = new ColumnNames(List.of());
    for (Types.NestedField field : schema.columns()) {
      String refusal = names.refusal(field.name());
      if (refusal != null) {
        throw new IllegalArgumentException("column \"" + field.name() + "\" has no " + refusal);
      }
      names.take(field.name());
    }
    return new DeclaredSchema(schema);
  }

  /** Of a new table. */
  public Schema schema() {
    return schema;
  }

  /**
   * The schema of a table with what it lacks; the same one if it lacks nothing.
   *
   * @param lastColumnId the highest field id that the table ever had
   * @param table for the message
   * @throws SchemaConflictException if a column is of another type
   */
  public Schema onto(Schema current, int lastColumnId, String table)
      throws SchemaConflictException {
    List<Types.NestedField> fields = new ArrayList<>();
    boolean changed = false;
    for (Types.NestedField field : current.columns()) {
      Types.NestedField declared = schema.asStruct().field(field.name());
      Type type = declared == null ? field.type() : united(field, declared, table);
      changed |= !type.equals(field.type());
      fields.add(Types.NestedField.from(field).ofType(type).build());
    }
    AtomicInteger id = new AtomicInteger(Math.max(lastColumnId, current.highestFieldId()));
    for (Types.NestedField declared : schema.columns()) {
      if (current.asStruct().field(declared.name()) == null) {
        Types.NestedField fresh =
            TypeUtil.assignFreshIds(new Schema(declared), id::incrementAndGet).columns().get(0);
        fields.add(fresh.asOptional());
        changed = true;
      }
    }
    return changed ? new Schema(fields, current.identifierFieldIds()) : current;
  }

  private static Type united(Types.NestedField there, Types.NestedField declared, String table)
      throws SchemaConflictException {
    Type type = there.type();
    Type wanted = declared.type();
    if (isSame(type, wanted) || isWider(type, wanted)) {
      return type;
    }
    if (isWider(wanted, type)) {
      return wanted;
    }
    throw new SchemaConflictException(
        table
            + ": column \""
            + there.name()
            + "\" is "
            + ValueFit.describe(type)
            + " in the table, and "
            + ValueFit.describe(wanted)
            + " in the schema that is declared; declare it as it is, or append to another dataset");
  }

  private static boolean isWider(Type type, Type than) {
    return switch (type.typeId()) {
      case LONG -> than.typeId() == Type.TypeID.INTEGER;
      case DECIMAL ->
          than instanceof Types.DecimalType other
              && other.scale() == ((Types.DecimalType) type).scale()
              && other.precision() < ((Types.DecimalType) type).precision();
      default -> false;
    };
  }

  /** Whatever the ids, and whether or not something nested must be there. */
  private static boolean isSame(Type a, Type b) {
    if (a.typeId() != b.typeId()) {
      return false;
    }
    if (a.isPrimitiveType() || a.isVariantType()) {
      return a.equals(b);
    }
    List<Types.NestedField> left = a.asNestedType().fields();
    List<Types.NestedField> right = b.asNestedType().fields();
    if (left.size() != right.size()) {
      return false;
    }
    for (int i = 0; i < left.size(); i++) {
      if (!left.get(i).name().equals(right.get(i).name())
          || !isSame(left.get(i).type(), right.get(i).type())) {
        return false;
      }
    }
    return true;
  }

  /** A value that a column requires and a row has not; empty if there is none. */
  public Optional<Mismatch> missing(List<ObjectNode> rows) {
    for (Types.NestedField field : schema.columns()) {
      for (int row = 0; field.isRequired() && row < rows.size(); row++) {
        @Nullable JsonNode value = rows.get(row).get(field.name());
        if (value == null || value.isNull()) {
          return Optional.of(
              new Mismatch(
                  row, field.name(), "null", ValueFit.describe(field.type()) + ", and required"));
        }
      }
    }
    return Optional.empty();
  }
}
