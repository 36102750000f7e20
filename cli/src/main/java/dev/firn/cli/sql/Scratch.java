package dev.firn.cli.sql;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.append.HeldRows;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.IcebergOutput;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.Partition;
import dev.firn.core.read.LiveFiles;
import dev.firn.core.read.RowReader;
import dev.firn.core.rows.SchemaGrowth;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * A directory of one query or export outside of the cache, for rows that no file has as the engine
 * can read them or as fast as it can, and for what does not fit into its memory. It lets nobody in
 * but this user, whoever may read the cache, and is removed at the end; a process that is killed
 * leaves it.
 */
final class Scratch implements Closeable {
  /** Of the names of its files. */
  static final String PREFIX = "firn-scratch-";

  private final Disk cacheDisk;
  private final LocalDisk disk = new LocalDisk();
  private final Path directory;
  private final Set<Path> directories = new LinkedHashSet<>();
  private int files;

  /**
   * @param parent where directories for a while are made
   */
  Scratch(Disk cacheDisk, Path parent) {
    this.cacheDisk = cacheDisk;
    this.directory = parent.resolve("firn-query-" + UUID.randomUUID());
    try {
      ensure(directory); // else the engine would make it, for everybody to read
    } catch (IOException e) {
      directories.clear(); // most queries need none; whoever needs it is told why there is none
    }
  }

  /** Where it is. */
  Disk disk() {
    return disk;
  }

  /** True if an error tells of a file in here. */
  boolean isNamedIn(String message) {
    return message.contains(directory.toString());
  }

  /** Not there if it could not be made. */
  Path directory() {
    return directory;
  }

  /** The columns that the engine has types for. */
  static Schema supported(Schema schema) {
    List<Types.NestedField> fields =
        schema.columns().stream().filter(f -> SqlType.isSupported(f.type())).toList();
    return fields.size() == schema.columns().size() ? schema : new Schema(fields);
  }

  /** The files as they are, or a copy of the live rows if the engine would take them for others. */
  Source source(Partition partition, LiveFiles files) throws IOException {
    Schema schema = supported(files.generation().metadata().schema());
    if (!isOdd(files.generation()) && !ForeignFields.areMisread(cacheDisk, files, schema)) {
      return new Source(partition.keys(), schema, files.whole(), files.partial());
    }
    Path copy = newFile(partition.keys());
    try (FileAppender<Record> appender =
        Parquet.write(new IcebergOutput(disk, copy.toUri().toString(), copy))
            .schema(schema)
            .createWriterFunc(type -> GenericParquetWriter.create(schema, type))
            .build()) {
      new RowReader(cacheDisk, files.generation())
          .forEach(
              schema,
              row -> {
                appender.add(row);
                return true;
              });
    }
    return new Source(partition.keys(), schema, List.of(copy), Map.of());
  }

  /** Held rows as files, with the columns that they will have landed with; some rows at a time. */
  Source encode(Partition partition, Optional<Generation> generation, HeldRows rows)
      throws IOException {
    @Nullable Schema current = generation.map(g -> g.metadata().schema()).orElse(null);
    int lastColumnId = generation.map(g -> g.metadata().lastColumnId()).orElse(0);
    SchemaGrowth growth = new SchemaGrowth(current, lastColumnId);
    rows.forEach(
        new HeldRows.Visitor() {
          @Override
          public boolean row(ObjectNode row, long bytes) {
            growth.add(row);
            return true;
          }

          @Override
          public void endExchange() {
            growth.endExchange();
          }
        });
    Schema schema = growth.schema();
    try (HeldFiles files = new HeldFiles(disk, () -> newFile(partition.keys()), schema)) {
      rows.forEach(files);
      return new Source(partition.keys(), supported(schema), files.end(), Map.of());
    }
  }

  /** A name that nothing has, in a directory that is there. */
  Path newFile() throws IOException {
    return newFile(Map.of());
  }

  /**
   * The same for rows of a partition, in a place that tells its keys.
   *
   * @see PathKeys
   */
  synchronized Path newFile(Map<String, String> keys) throws IOException {
    Path parent = directory;
    ensure(parent);
    for (Map.Entry<String, String> key : keys.entrySet()) {
      parent = parent.resolve(key.getKey() + "=" + key.getValue());
      ensure(parent);
    }
    for (String name : keys.isEmpty() ? List.<String>of() : List.of("rows", "data")) {
      parent = parent.resolve(name);
      ensure(parent);
    }
    return parent.resolve(PREFIX + files++ + ".parquet");
  }

  private void ensure(Path made) throws IOException {
    if (!directories.contains(made)) {
      disk.createPrivateDirectory(made);
      directories.add(made);
    }
  }

  /**
   * True if columns cannot be found by the field ids in the files alone: the table maps names of
   * files without ids, has values for columns that a file lacks, has renamed nested fields, or has
   * replaced all that were in a struct.
   */
  private static boolean isOdd(Generation generation) {
    Schema current = generation.metadata().schema();
    return generation.nameMapping() != null
        || TypeUtil.indexById(current.asStruct()).values().stream()
            .anyMatch(field -> field.initialDefault() != null)
        || hasRenamedNestedFields(generation)
        || hasReplacedStructs(generation);
  }

  /** The engine does not read a struct of which it wants nothing that a file has. */
  private static boolean hasReplacedStructs(Generation generation) {
    Map<Integer, Types.NestedField> current =
        TypeUtil.indexById(generation.metadata().schema().asStruct());
    return generation.metadata().schemas().stream()
        .flatMap(schema -> TypeUtil.indexById(schema.asStruct()).values().stream())
        .filter(field -> field.type().isStructType())
        .anyMatch(
            old -> {
              Types.@Nullable NestedField now = current.get(old.fieldId());
              return now != null
                  && now.type().isStructType()
                  && old.type().asStructType().fields().stream()
                      .noneMatch(f -> now.type().asStructType().field(f.fieldId()) != null);
            });
  }

  private static boolean hasRenamedNestedFields(Generation generation) {
    Map<Integer, String> nameById = new HashMap<>();
    Map<String, Integer> idByPlace = new HashMap<>();
    for (Schema schema : generation.metadata().schemas()) {
      Map<Integer, Integer> parents = TypeUtil.indexParents(schema.asStruct());
      for (Types.NestedField field : TypeUtil.indexById(schema.asStruct()).values()) {
        @Nullable Integer parent = parents.get(field.fieldId());
        if (parent == null) {
          continue;
        }
        String place = parent + "." + field.name();
        if (!Objects.requireNonNullElse(
                    nameById.putIfAbsent(field.fieldId(), field.name()), field.name())
                .equals(field.name())
            || !Objects.requireNonNullElse(
                    idByPlace.putIfAbsent(place, field.fieldId()), field.fieldId())
                .equals(field.fieldId())) {
          return true;
        }
      }
    }
    return false;
  }

  /** Removes the rows, and leaves what the engine keeps here. */
  void clear() throws IOException {
    for (Path made : directories) {
      for (String name : disk.list(made)) {
        if (name.startsWith(PREFIX)) {
          disk.delete(made.resolve(name));
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    List<Path> made = new ArrayList<>(directories);
    Collections.reverse(made); // the inner ones first
    for (Path inner : made) {
      if (disk.stat(inner).isPresent()) {
        for (String name : disk.list(inner)) {
          disk.delete(inner.resolve(name));
        }
        disk.delete(inner);
      }
    }
  }
}
