package dev.firn.core.rows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** Structs, lists and maps of tables that others made; they fit as a whole or not at all. */
final class NestedFits {
  private NestedFits() {}

  static final class StructFit extends ValueFit {
    private final List<Types.NestedField> fields;
    private final ValueFit[] fits;
    private final Set<String> names = new HashSet<>();
    private int leaves;

    StructFit(Types.StructType type) {
      this.fields = type.fields();
      this.fits = new ValueFit[fields.size()];
      for (int i = 0; i < fits.length; i++) {
        fits[i] = ValueFit.of(fields.get(i).type());
        names.add(fields.get(i).name());
        leaves += fits[i].leaves();
      }
    }

    @Override
    @Nullable Object read(JsonNode value) {
      if (!value.isObject()) {
        return null;
      }
      for (Map.Entry<String, JsonNode> field : value.properties()) {
        if (!names.contains(field.getKey())) {
          return null;
        }
      }
      Object[] values = new Object[fits.length];
      for (int i = 0; i < fits.length; i++) {
        Types.NestedField field = fields.get(i);
        Object read = readField(field.isOptional(), fits[i], value.get(field.name()));
        if (read == null) {
          return null;
        }
        values[i] = read;
      }
      return values;
    }

    @Override
    int leaves() {
      return leaves;
    }

    @Override
    void write(
        Object value, LeafSink[] sinks, int leaf, int repetition, int definition, int repeated) {
      Object[] values = (Object[]) value;
      int next = leaf;
      for (int i = 0; i < fits.length; i++) {
        fits[i].writeField(
            fields.get(i).isOptional(), values[i], sinks, next, repetition, definition, repeated);
        next += fits[i].leaves();
      }
    }
  }

  static final class ListFit extends ValueFit {
    private final boolean optional;
    private final ValueFit element;

    ListFit(Types.ListType type) {
      this.optional = type.isElementOptional();
      this.element = ValueFit.of(type.elementType());
    }

    @Override
    @Nullable Object read(JsonNode value) {
      if (!value.isArray()) {
        return null;
      }
      List<Object> values = new ArrayList<>(value.size());
      for (JsonNode item : value) {
        Object read = readField(optional, element, item);
        if (read == null) {
          return null;
        }
        values.add(read);
      }
      return values;
    }

    @Override
    int leaves() {
      return element.leaves();
    }

    @Override
    void write(
        Object value, LeafSink[] sinks, int leaf, int repetition, int definition, int repeated) {
      List<?> values = (List<?>) value;
      if (values.isEmpty()) {
        writeNull(sinks, leaf, repetition, definition);
      }
      for (int i = 0; i < values.size(); i++) {
        element.writeField(
            optional,
            values.get(i),
            sinks,
            leaf,
            i == 0 ? repetition : repeated + 1,
            definition + 1,
            repeated + 1);
      }
    }
  }

  static final class MapFit extends ValueFit {
    private final boolean optional;
    private final boolean textKeys;
    private final ValueFit key;
    private final ValueFit element;

    MapFit(Types.MapType type) {
      this.optional = type.isValueOptional();
      this.textKeys = type.keyType().typeId() == Type.TypeID.STRING;
      this.key = ValueFit.of(type.keyType());
      this.element = ValueFit.of(type.valueType());
    }

    /** Keys and values in turn. */
    @Override
    @Nullable Object read(JsonNode value) {
      List<Object> entries = new ArrayList<>(2 * value.size());
      if (textKeys ? !value.isObject() : !value.isArray()) {
        return null;
      }
      if (textKeys) {
        for (Map.Entry<String, JsonNode> entry : value.properties()) {
          JsonNode name = JsonNodeFactory.instance.textNode(entry.getKey());
          if (!add(entries, name, entry.getValue())) {
            return null;
          }
        }
        return entries;
      }
      for (JsonNode entry : value) {
        for (Map.Entry<String, JsonNode> field : entry.properties()) {
          if (!field.getKey().equals("key") && !field.getKey().equals("value")) {
            return null;
          }
        }
        if (!entry.isObject() || !add(entries, entry.get("key"), entry.get("value"))) {
          return null;
        }
      }
      return entries;
    }

    private boolean add(
        List<Object> entries, @Nullable JsonNode entryKey, @Nullable JsonNode entryValue) {
      Object readKey = readField(false, key, entryKey);
      Object readValue = readField(optional, element, entryValue);
      if (readKey == null || readValue == null) {
        return false;
      }
      entries.add(readKey);
      entries.add(readValue);
      return true;
    }

    @Override
    int leaves() {
      return key.leaves() + element.leaves();
    }

    @Override
    void write(
        Object value, LeafSink[] sinks, int leaf, int repetition, int definition, int repeated) {
      List<?> entries = (List<?>) value;
      if (entries.isEmpty()) {
        writeNull(sinks, leaf, repetition, definition);
      }
      for (int i = 0; i < entries.size(); i += 2) {
        int level = i == 0 ? repetition : repeated + 1;
        key.writeField(false, entries.get(i), sinks, leaf, level, definition + 1, repeated + 1);
        element.writeField(
            optional,
            entries.get(i + 1),
            sinks,
            leaf + key.leaves(),
            level,
            definition + 1,
            repeated + 1);
      }
    }
  }
}
