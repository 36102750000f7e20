package dev.firn.maintenance.rewrite;

import dev.firn.core.read.StrangeField;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/**
 * Decides the schema of the outputs, and how each input's columns become theirs.
 *
 * <p>The outputs have the schema that Iceberg derives from the table's, with one exception a
 * top-level column: if the inputs' columns do not map onto the derived one, but all inputs that
 * have the column have the very same (an INT96 timestamp, a shredded variant, a list of two
 * levels), then theirs is taken, under the table's name and nullability. Whoever could read the
 * inputs can read that. A field that is missing and must not be is no such case. The value of a
 * variant is optional if an input has it so; some writers declare it that way.
 */
final class SchemaResolver {
  private final Schema table;
  private final int lastColumnId;
  private final Collection<InputSchema> inputs;
  private final Map<InputSchema, List<LeafMapping>> mappings = new HashMap<>();

  private SchemaResolver(Schema table, int lastColumnId, Collection<InputSchema> inputs) {
    this.table = table;
    this.lastColumnId = lastColumnId;
    this.inputs = inputs;
  }

  /**
   * @param output the schema of the outputs
   * @param leaves its leaf columns
   * @param mappings for each input schema one mapping for each of the leaves
   */
  record Resolved(
      MessageType output,
      List<ColumnDescriptor> leaves,
      Map<InputSchema, List<LeafMapping>> mappings) {}

  /**
   * @param lastColumnId the largest id that the table ever gave
   */
  static Resolved resolve(Schema table, int lastColumnId, Collection<InputSchema> inputs)
      throws UnsupportedRewriteException {
    return new SchemaResolver(table, lastColumnId, inputs).resolve();
  }

  private Resolved resolve() throws UnsupportedRewriteException {
    for (InputSchema input : inputs) {
      if (!ParquetSchemaUtil.hasIds(input.type())) {
        throw new UnsupportedRewriteException(
            input.firstInput(), "*", "field ids", "a schema without any");
      }
      requireKnownFields(input);
      mappings.put(input, new ArrayList<>());
    }
    MessageType derived = ParquetSchemaUtil.convert(table, "table");
    List<Type> columns = new ArrayList<>();
    for (Type column : derived.getFields()) {
      requireFields(column, column.getName());
      columns.add(resolve(column));
    }
    MessageType output = new MessageType("table", columns);
    return new Resolved(output, List.copyOf(output.getColumns()), Map.copyOf(mappings));
  }

  /**
   * Values that a file has for a column, under no id that says so, would be left out. Of a nested
   * field without an id the mapping says it, unless it goes through as it is.
   */
  private void requireKnownFields(InputSchema input) throws UnsupportedRewriteException {
    for (NestedField column : table.columns()) {
      Optional<StrangeField> strange = strange(new Schema(column), input.type());
      if (strange.isPresent()
          && (strange.get().path().size() == 1 || strange.get().foundId() != null)) {
        throw new UnsupportedRewriteException(
            input.firstInput(),
            strange.get().name(),
            strange.get().expected(),
            strange.get().found());
      }
    }
  }

  private Optional<StrangeField> strange(Schema columns, MessageType input) {
    try {
      return StrangeField.find(columns, Set.of(), lastColumnId, input);
    } catch (RuntimeException e) {
      return Optional.empty(); // another type, which the mapping names
    }
  }

  /** A table may have a struct that lost all its fields; a Parquet file cannot. */
  private void requireFields(Type type, String name) throws UnsupportedRewriteException {
    if (type.isPrimitive() || inputs.isEmpty()) {
      return;
    }
    GroupType group = type.asGroupType();
    if (group.getFieldCount() == 0) {
      throw new UnsupportedRewriteException(
          inputs.iterator().next().firstInput(), name, "a struct with fields", "one without any");
    }
    for (Type field : group.getFields()) {
      requireFields(field, name + "." + field.getName());
    }
  }

  private Type resolve(Type derived) throws UnsupportedRewriteException {
    Type loosened = derived;
    for (InputSchema input : inputs) {
      Optional<Type> found = SubtreeMapper.find(derived, input.type(), false);
      if (found.isPresent()) {
        loosened = loosen(loosened, found.get());
      }
    }
    Failure failure = tryToMap(loosened);
    if (failure == null) {
      return loosened;
    }
    Type own = failure.mismatch.missing ? null : ownColumn(derived);
    if (own != null && tryToMap(own) == null) {
      return own;
    }
    throw new UnsupportedRewriteException(
        failure.input, failure.mismatch.column, failure.mismatch.expected, failure.mismatch.found);
  }

  private record Failure(String input, SubtreeMapper.Mismatch mismatch) {}

  /** Adds the mappings of all inputs, or none and says why. */
  private @Nullable Failure tryToMap(Type column) {
    Map<InputSchema, List<LeafMapping>> found = new HashMap<>();
    for (InputSchema input : inputs) {
      try {
        found.put(input, SubtreeMapper.map(table, input, column));
      } catch (SubtreeMapper.Mismatch e) {
        return new Failure(input.firstInput(), e);
      }
    }
    found.forEach(
        (input, leaves) -> mappings.computeIfAbsent(input, i -> new ArrayList<>()).addAll(leaves));
    return null;
  }

  /** The column that all inputs share which have it, as the table names it; or null. */
  private @Nullable Type ownColumn(Type derived) {
    Type shared = null;
    for (InputSchema input : inputs) {
      Optional<Type> found = SubtreeMapper.find(derived, input.type(), false);
      if (found.isEmpty()) {
        continue;
      }
      if (found.get().isRepetition(Type.Repetition.REPEATED)) {
        return null;
      }
      Type renamed = as(found.get(), derived);
      if (shared != null && !shared.equals(renamed)) {
        return null;
      }
      shared = renamed;
    }
    return shared;
  }

  private static Type as(Type own, Type derived) {
    if (own.isPrimitive()) {
      PrimitiveType type = own.asPrimitiveType();
      return Types.primitive(type.getPrimitiveTypeName(), derived.getRepetition())
          .length(type.getTypeLength())
          .as(type.getLogicalTypeAnnotation())
          .id(derived.getId().intValue())
          .named(derived.getName());
    }
    return Types.buildGroup(derived.getRepetition())
        .as(own.getLogicalTypeAnnotation())
        .addFields(own.asGroupType().getFields().toArray(Type[]::new))
        .id(derived.getId().intValue())
        .named(derived.getName());
  }

  private static Type loosen(Type out, Type in) {
    if (out.isPrimitive() || in.isPrimitive()) {
      return out;
    }
    GroupType group = out.asGroupType();
    boolean variant = SubtreeMapper.isVariant(out);
    List<Type> fields = new ArrayList<>(group.getFieldCount());
    for (Type field : group.getFields()) {
      Optional<Type> found =
          variant || field.getId() != null
              ? SubtreeMapper.find(field, in.asGroupType(), variant)
              : Optional.of(in.asGroupType().getType(0));
      if (found.isEmpty()) {
        fields.add(field);
      } else if (variant
          && field.isPrimitive()
          && found.get().isPrimitive()
          && found.get().isRepetition(Type.Repetition.OPTIONAL)) {
        fields.add(optional(field));
      } else {
        fields.add(loosen(field, found.get()));
      }
    }
    return group.withNewFields(fields);
  }

  private static Type optional(Type field) {
    return Types.optional(field.asPrimitiveType().getPrimitiveTypeName()).named(field.getName());
  }
}
