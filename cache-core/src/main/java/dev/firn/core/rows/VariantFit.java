package dev.firn.core.rows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.iceberg.variants.ShreddedObject;
import org.apache.iceberg.variants.ValueArray;
import org.apache.iceberg.variants.VariantMetadata;
import org.apache.iceberg.variants.VariantValue;
import org.apache.iceberg.variants.Variants;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * Variants, not shredded: whole numbers in the smallest integer, fractions as a double if they
 * survive it, else as a decimal; a text is a text, never a time.
 */
final class VariantFit extends ValueFit {
  private static final int DECIMAL_DIGITS = 38;

  /** The two leaves of a variant. */
  private record Encoded(Binary metadata, Binary value) {}

  @Override
  @Nullable Object read(JsonNode value) {
    Set<String> names = new TreeSet<>();
    if (!collect(value, names)) {
      return null;
    }
    VariantMetadata metadata = Variants.metadata(names);
    VariantValue variant = variant(value, metadata);
    if (variant == null) {
      return null;
    }
    ByteBuffer names8 = ByteBuffer.allocate(metadata.sizeInBytes()).order(ByteOrder.LITTLE_ENDIAN);
    metadata.writeTo(names8, 0);
    ByteBuffer value8 = ByteBuffer.allocate(variant.sizeInBytes()).order(ByteOrder.LITTLE_ENDIAN);
    variant.writeTo(value8, 0);
    return new Encoded(
        Binary.fromConstantByteArray(names8.array()), Binary.fromConstantByteArray(value8.array()));
  }

  @Override
  boolean fits(JsonNode value) {
    if (value.isContainerNode()) {
      for (Map.Entry<String, JsonNode> field : value.properties()) {
        if (!JsonText.isUnicode(field.getKey())) {
          return false;
        }
      }
      for (JsonNode child : value) {
        if (!fits(child)) {
          return false;
        }
      }
      return true;
    }
    return scalar(value) != null;
  }

  /** Adds all names in the tree; false if one of them has no UTF-8. */
  private static boolean collect(JsonNode value, Set<String> names) {
    for (Map.Entry<String, JsonNode> field : value.properties()) {
      if (names.add(field.getKey()) && !JsonText.isUnicode(field.getKey())) {
        return false;
      }
    }
    for (JsonNode child : value) {
      if (child.isContainerNode() && !collect(child, names)) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable VariantValue variant(JsonNode value, VariantMetadata metadata) {
    if (value.isObject()) {
      ShreddedObject object = Variants.object(metadata);
      for (Map.Entry<String, JsonNode> field : value.properties()) {
        VariantValue child = variant(field.getValue(), metadata);
        if (child == null) {
          return null;
        }
        object.put(field.getKey(), child);
      }
      return object;
    }
    if (value.isArray()) {
      ValueArray array = Variants.array();
      for (JsonNode item : value) {
        VariantValue child = variant(item, metadata);
        if (child == null) {
          return null;
        }
        array.add(child);
      }
      return array;
    }
    return scalar(value);
  }

  private static @Nullable VariantValue scalar(JsonNode value) {
    if (value instanceof TextNode text) {
      return JsonText.isUnicode(text.textValue()) ? Variants.of(text.textValue()) : null;
    }
    if (value.isBoolean()) {
      return Variants.of(value.booleanValue());
    }
    return value.isNumber() ? number(value) : Variants.ofNull();
  }

  private static @Nullable VariantValue number(JsonNode value) {
    if (value.isIntegralNumber() && value.canConvertToLong()) {
      long whole = value.longValue();
      if (whole == (byte) whole) {
        return Variants.of((byte) whole);
      }
      if (whole == (short) whole) {
        return Variants.of((short) whole);
      }
      return whole == (int) whole ? Variants.of((int) whole) : Variants.of(whole);
    }
    if (!value.isIntegralNumber()) {
      Double number = JsonNumbers.asDouble(value);
      if (number != null) {
        return Variants.of(number.doubleValue());
      }
    }
    BigDecimal decimal = value.decimalValue();
    if (decimal.scale() >= 0
        && decimal.scale() <= DECIMAL_DIGITS
        && decimal.precision() <= DECIMAL_DIGITS) {
      return Variants.of(decimal);
    }
    Double number = JsonNumbers.asDouble(value);
    return number == null ? null : Variants.of(number.doubleValue());
  }

  @Override
  int leaves() {
    return 2;
  }

  @Override
  void write(
      Object value, LeafSink[] sinks, int leaf, int repetition, int definition, int repeated) {
    Encoded encoded = (Encoded) value;
    sinks[leaf].write(encoded.metadata(), repetition, definition);
    sinks[leaf + 1].write(encoded.value(), repetition, definition);
  }
}
