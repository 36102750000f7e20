package dev.firn.maintenance.rewrite;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/** The schemas of the inputs of one rewrite; equal ones are one instance. */
final class InputSchemas {
  private final Map<Key, InputSchema> known = new HashMap<>();

  /**
   * @param input the file that has it, for messages
   */
  InputSchema shared(String input, MessageType type) {
    return known.computeIfAbsent(new Key(type), key -> new InputSchema(input, type));
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
