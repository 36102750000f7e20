package dev.firn.maintenance.rewrite;

import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/** Cuts a schema down to one leaf, which keeps its path and levels. */
final class LeafProjection {
  private LeafProjection() {}

  static MessageType of(MessageType schema, ColumnDescriptor leaf) {
    return new MessageType(schema.getName(), only(schema, leaf.getPath(), 0));
  }

  private static Type only(GroupType group, String[] path, int depth) {
    Type field = group.getType(path[depth]);
    return depth == path.length - 1
        ? field
        : field.asGroupType().withNewFields(only(field.asGroupType(), path, depth + 1));
  }
}
