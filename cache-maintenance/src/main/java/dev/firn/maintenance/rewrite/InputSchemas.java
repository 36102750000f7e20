package dev.firn.maintenance.rewrite;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.iceberg.mapping.NameMapping;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * The schemas of the inputs of one rewrite; equal ones are one instance. A file that carries no
 * field ids gets those that the table's name mapping gives to its names, as Iceberg's readers do.
 */
final class InputSchemas {
  private final Map<Key, InputSchema> known = new HashMap<>();
  private final @Nullable NameMapping names;

  /**
   * @param names the table's, or null if it has none
   */
  InputSchemas(@Nullable NameMapping names) {
    this.names = names;
  }

  /**
   * Takes note of the schema of an input, before any row is read.
   *
   * @param input the file that has it, for messages
   */
  InputSchema shared(String input, MessageType type) {
    MessageType withIds = withIds(type);
    return known.computeIfAbsent(new Key(withIds), key -> new InputSchema(input, withIds));
  }

  /**
   * The same schema when the whole footer is read.
   *
   * @throws IOException if no input has it: a footer may be damaged so that what Parquet makes of
   *     its schema depends on how much of it is read
   */
  InputSchema known(MessageType type) throws IOException {
    InputSchema found = known.get(new Key(withIds(type)));
    if (found == null) {
      throw new IOException("The schema is another one with the row groups than without");
    }
    return found;
  }

  private MessageType withIds(MessageType type) {
    return names == null || ParquetSchemaUtil.hasIds(type)
        ? type
        : ParquetSchemaUtil.applyNameMapping(type, names);
  }

  /** Hashed by the leaves: Parquet's variant annotation has {@code equals} and no hash. */
  private record Key(MessageType type) {
    @Override
    public int hashCode() {
      int hash = 1;
      for (ColumnDescriptor leaf : type.getColumns()) {
        hash = 31 * hash + Arrays.hashCode(leaf.getPath());
      }
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key && type.equals(key.type);
    }
  }
}
