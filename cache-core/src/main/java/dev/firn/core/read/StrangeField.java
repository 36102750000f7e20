package dev.firn.core.read;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.avro.AvroSchemaUtil;
import org.apache.iceberg.parquet.TypeWithSchemaVisitor;
import org.apache.iceberg.types.Types;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * A field of a data file that has no id, or one that its table never gave, and the name of a field
 * of the table that the file lacks by id. Who goes by ids reads NULL for that one, who goes by
 * names reads values; which is right nobody can say but who wrote the file.
 *
 * <p>A field of another id that the table gave at some time is none: it is what was there under the
 * name before. Nor is one without an id under a name that the table does not have.
 *
 * @param path its name in the file, after those of the fields that it is in
 * @param expectedId of the table's field
 * @param foundId what the file has instead; null if nothing
 */
public record StrangeField(List<String> path, int expectedId, @Nullable Integer foundId) {
  public StrangeField {
    path = List.copyOf(path);
  }

  /**
   * The first one of a file.
   *
   * @param columns of the table, those that are wanted
   * @param constants ids of columns that need not be in the file
   * @param lastColumnId the largest id that the table ever gave
   * @throws RuntimeException if the file has something else where the table has a struct, a list or
   *     a map
   */
  public static Optional<StrangeField> find(
      Schema columns, Set<Integer> constants, int lastColumnId, MessageType file) {
    Visitor visitor = new Visitor(constants, lastColumnId);
    TypeWithSchemaVisitor.visit(columns.asStruct(), file, visitor);
    return Optional.ofNullable(visitor.first);
  }

  /** The names that a field may have in a file: its own, and as Iceberg's writers spell it. */
  public static List<String> spellings(Types.NestedField field) {
    String escaped = AvroSchemaUtil.makeCompatibleName(field.name());
    return escaped.equals(field.name()) ? List.of(escaped) : List.of(field.name(), escaped);
  }

  /** True if a field of a file is called as one of the table, in whatever case. */
  public static boolean isCalled(Type inFile, Types.NestedField field) {
    return spellings(field).stream().anyMatch(inFile.getName()::equalsIgnoreCase);
  }

  /** With those of the fields that it is in. */
  public String name() {
    return String.join(".", path);
  }

  /** What should be there. */
  public String expected() {
    return "field id " + expectedId;
  }

  /** What is there. */
  public String found() {
    return foundId == null ? "no field id" : "field id " + foundId + ", which it never gave";
  }

  @Override
  public String toString() {
    return "field " + name() + " with " + found() + ", where the table has " + expected();
  }

  /** Is told of each struct of the table beside the group that has its id in the file. */
  private static final class Visitor extends TypeWithSchemaVisitor<Void> {
    private final Set<Integer> constants;
    private final int lastColumnId;
    private @Nullable StrangeField first;

    Visitor(Set<Integer> constants, int lastColumnId) {
      this.constants = constants;
      this.lastColumnId = lastColumnId;
    }

    @Override
    public @Nullable Void message(
        Types.@Nullable StructType columns, MessageType file, List<Void> fields) {
      look(columns, file);
      return null;
    }

    @Override
    public @Nullable Void struct(
        Types.@Nullable StructType struct, GroupType group, List<Void> fields) {
      look(struct, group);
      return null;
    }

    @Override
    public @Nullable Void variant(
        Types.@Nullable VariantType variant, GroupType group, @Nullable Void result) {
      return null; // its two fields have no ids
    }

    private void look(Types.@Nullable StructType struct, GroupType group) {
      if (struct == null) {
        return; // the table does not have it
      }
      for (Types.NestedField field : struct.fields()) {
        if (!constants.contains(field.fieldId())
            && group.getFields().stream().noneMatch(inFile -> isThe(field, inFile))) {
          group.getFields().stream()
              .filter(inFile -> isCalled(inFile, field) && isUnknown(inFile))
              .findFirst()
              .ifPresent(inFile -> found(field, inFile));
        }
      }
    }

    private static boolean isThe(Types.NestedField field, Type inFile) {
      return inFile.getId() != null && inFile.getId().intValue() == field.fieldId();
    }

    private boolean isUnknown(Type inFile) {
      return inFile.getId() == null || inFile.getId().intValue() > lastColumnId;
    }

    private void found(Types.NestedField field, Type inFile) {
      if (first == null) {
        first =
            new StrangeField(
                List.of(path(inFile.getName())),
                field.fieldId(),
                inFile.getId() == null ? null : inFile.getId().intValue());
      }
    }
  }
}
