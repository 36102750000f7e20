package dev.firn.cli.sql;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.ParquetInput;
import dev.firn.core.generation.Generation;
import dev.firn.core.read.LiveFiles;
import dev.firn.core.read.StrangeField;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.parquet.TypeWithSchemaVisitor;
import org.apache.iceberg.types.Types;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.format.converter.ParquetMetadataConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * Finds files of other writers which the engine would take for others than they are. It finds a
 * column by field id, but the fields of a struct by name, whatever their ids; and of a partition's
 * values, which a file need not hold, it knows nothing. The metadata of a table does not tell how
 * fields are called in files, so their footers are read, where the table has structs or is
 * partitioned by values.
 */
final class ForeignFields extends TypeWithSchemaVisitor<Void> {
  private boolean misread;

  private ForeignFields() {}

  /**
   * True if rows have to be copied by those who go by field ids.
   *
   * @param schema the columns that are read
   * @throws Corrupt naming a file in which a field of a struct has no id
   */
  static boolean areMisread(Disk disk, LiveFiles files, Schema schema) throws IOException {
    Generation generation = files.generation();
    Set<Integer> constants = constants(generation);
    constants.retainAll(schema.columns().stream().map(Types.NestedField::fieldId).toList());
    List<Types.NestedField> nested =
        schema.columns().stream().filter(field -> !field.type().isPrimitiveType()).toList();
    if (constants.isEmpty() && nested.stream().noneMatch(field -> hasStruct(field.type()))) {
      return false;
    }
    boolean misread = false;
    for (Path file :
        Stream.concat(files.whole().stream(), files.partial().keySet().stream()).toList()) {
      if (FieldIds.isForeign(file)) {
        Optional<MessageType> type = type(disk, file);
        if (type.isPresent() && ParquetSchemaUtil.hasIds(type.get())) {
          misread |= isMisread(file, type.get(), schema, constants, generation);
        }
      }
    }
    return misread;
  }

  /**
   * @param schema the columns that are read
   * @throws Corrupt if one of them is in a file without an id
   */
  static void requireIds(Disk disk, Path file, Schema schema) throws Corrupt {
    Optional<MessageType> type = type(disk, file);
    if (type.isPresent()) {
      try {
        requireIds(file, type.get(), schema, Set.of(), Integer.MAX_VALUE);
      } catch (RuntimeException e) {
        throw otherTypes(file, e);
      }
    }
  }

  private static void requireIds(
      Path file, MessageType type, Schema schema, Set<Integer> constants, int lastColumnId)
      throws Corrupt {
    Optional<StrangeField> strange = StrangeField.find(schema, constants, lastColumnId, type);
    if (strange.isPresent()) {
      throw new Corrupt(
          file, strange.get().expected() + " for " + strange.get().name(), strange.get().found());
    }
  }

  private static Corrupt otherTypes(Path file, RuntimeException e) {
    return new Corrupt(file, "columns of the table's types", String.valueOf(e.getMessage()), e);
  }

  private static boolean isMisread(
      Path file, MessageType type, Schema schema, Set<Integer> constants, Generation generation)
      throws Corrupt {
    ForeignFields fields = new ForeignFields();
    try {
      requireIds(file, type, schema, constants, generation.metadata().lastColumnId());
      TypeWithSchemaVisitor.visit(schema.asStruct(), type, fields);
    } catch (RuntimeException e) {
      throw otherTypes(file, e);
    }
    Set<Integer> there =
        type.getFields().stream()
            .filter(field -> field.getId() != null)
            .map(field -> field.getId().intValue())
            .collect(Collectors.toSet());
    return fields.misread || !there.containsAll(constants);
  }

  /** Columns whose values a table may have by partition alone. */
  private static Set<Integer> constants(Generation generation) {
    return generation.metadata().specs().stream()
        .flatMap(spec -> spec.fields().stream())
        .filter(field -> field.transform().isIdentity())
        .map(field -> field.sourceId())
        .collect(Collectors.toCollection(HashSet::new));
  }

  private static boolean hasStruct(org.apache.iceberg.types.Type type) {
    return switch (type.typeId()) {
      case STRUCT -> true;
      case LIST -> hasStruct(type.asListType().elementType());
      case MAP -> hasStruct(type.asMapType().keyType()) || hasStruct(type.asMapType().valueType());
      default -> false;
    };
  }

  /** Of a file that cannot be read the engine says so. */
  private static Optional<MessageType> type(Disk disk, Path file) {
    ParquetReadOptions options =
        ParquetReadOptions.builder()
            .withMetadataFilter(ParquetMetadataConverter.SKIP_ROW_GROUPS)
            .build();
    try (ParquetFileReader reader = ParquetFileReader.open(new ParquetInput(disk, file), options)) {
      return Optional.of(reader.getFileMetaData().getSchema());
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  @Override
  public @Nullable Void variant(
      Types.@Nullable VariantType variant, GroupType group, @Nullable Void result) {
    return null; // its two fields have no ids
  }

  @Override
  public @Nullable Void struct(
      Types.@Nullable StructType struct, GroupType group, List<Void> fields) {
    if (struct != null) {
      boolean found = false;
      for (Types.NestedField field : struct.fields()) {
        for (Type inFile : group.getFields()) {
          boolean same = inFile.getId() != null && inFile.getId().intValue() == field.fieldId();
          boolean called = StrangeField.isCalled(inFile, field);
          misread |= same != called;
          found |= called;
        }
      }
      misread |= !found; // the engine does not read a struct of which it wants nothing
    }
    return null;
  }
}
