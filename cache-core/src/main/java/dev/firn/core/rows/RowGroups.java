package dev.firn.core.rows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the rows of an exchange into row groups, so that encoding holds one group beside the tree
 * and not the whole exchange a second time. A value that is the same instance as the row's before
 * counts nothing: it is stored once.
 */
final class RowGroups {
  static final int MAX_ROWS = 10_000;
  static final long MAX_BYTES = 32L << 20;

  private RowGroups() {}

  static List<List<ObjectNode>> of(List<ObjectNode> rows) {
    List<List<ObjectNode>> groups = new ArrayList<>();
    int start = 0;
    long bytes = 0;
    ObjectNode before = null;
    for (int i = 0; i < rows.size(); i++) {
      ObjectNode row = rows.get(i);
      long size = size(row, before);
      if (i > start && (i - start == MAX_ROWS || bytes + size > MAX_BYTES)) {
        groups.add(rows.subList(start, i));
        start = i;
        bytes = 0;
        size = size(row, null);
      }
      bytes += size;
      before = row;
    }
    groups.add(rows.subList(start, rows.size()));
    return groups;
  }

  /** Roughly the bytes of all rows as one row group. */
  static long bytes(List<ObjectNode> rows) {
    long bytes = 0;
    ObjectNode before = null;
    for (ObjectNode row : rows) {
      bytes += size(row, before);
      before = row;
    }
    return bytes;
  }

  @SuppressWarnings("ReferenceEquality")
  private static long size(ObjectNode row, @Nullable ObjectNode before) {
    long size = 0;
    for (Map.Entry<String, JsonNode> field : row.properties()) {
      JsonNode value = field.getValue();
      if (before == null || value != before.get(field.getKey())) {
        size += size(value);
      }
    }
    return size;
  }

  /** Roughly the bytes that a value takes in a page. */
  private static long size(JsonNode value) {
    if (value.isTextual()) {
      return Integer.BYTES + value.textValue().length();
    }
    long size = Long.BYTES;
    if (value.isContainerNode()) {
      for (Map.Entry<String, JsonNode> field : value.properties()) {
        size += field.getKey().length();
      }
      for (JsonNode child : value) {
        size += size(child);
      }
    }
    return size;
  }
}
