package dev.firn.core.rows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/** The types that Parquet stores in one leaf. */
final class PrimitiveFits {
  /** Parquet stores decimals of up to so many digits in 32 and 64 bits. */
  private static final int INT32_DIGITS = 9;

  private static final int INT64_DIGITS = 18;

  private PrimitiveFits() {}

  static ValueFit of(Type.PrimitiveType type) {
    return switch (type.typeId()) {
      case BOOLEAN -> new OneLeaf(value -> value.isBoolean() ? value.booleanValue() : null);
      case INTEGER -> new OneLeaf(JsonNumbers::asInt);
      case LONG -> new OneLeaf(JsonNumbers::asLong);
      case FLOAT ->
          new OneLeaf(
              value ->
                  isNotFinite(value)
                      ? Float.valueOf(value.textValue())
                      : JsonNumbers.asFloat(value));
      case DOUBLE ->
          new OneLeaf(
              value ->
                  isNotFinite(value)
                      ? Double.valueOf(value.textValue())
                      : JsonNumbers.asDouble(value));
      case DECIMAL -> {
        Types.DecimalType decimal = (Types.DecimalType) type;
        yield new OneLeaf(value -> decimal(value, decimal.precision(), decimal.scale()));
      }
      case DATE -> ofText(IsoTimes::days);
      case TIME -> ofText(IsoTimes::microsOfDay);
      case TIMESTAMP -> {
        boolean zoned = ((Types.TimestampType) type).shouldAdjustToUTC();
        yield ofText(text -> IsoTimes.micros(text, zoned));
      }
      case TIMESTAMP_NANO -> {
        boolean zoned = ((Types.TimestampNanoType) type).shouldAdjustToUTC();
        yield ofText(text -> IsoTimes.nanos(text, zoned));
      }
      case STRING -> new StringFit();
      case UUID -> ofText(PrimitiveFits::uuid);
      case FIXED -> {
        int length = ((Types.FixedType) type).length();
        yield ofText(text -> base64(text, length));
      }
      case BINARY -> ofText(text -> base64(text, -1));
      case UNKNOWN -> new Nothing(0);
      default -> new Nothing(1);
    };
  }

  private interface Conversion<T> {
    @Nullable Object convert(T value);
  }

  private static ValueFit ofText(Conversion<String> conversion) {
    return new OneLeaf(
        value -> value instanceof TextNode text ? conversion.convert(text.textValue()) : null);
  }

  private static boolean isNotFinite(JsonNode value) {
    return value.isTextual()
        && switch (value.textValue()) {
          case "NaN", "Infinity", "-Infinity" -> true;
          default -> false;
        };
  }

  private static @Nullable Object decimal(JsonNode value, int precision, int scale) {
    BigDecimal decimal = JsonNumbers.asDecimal(value, precision, scale);
    if (decimal == null) {
      return null;
    }
    BigInteger unscaled = decimal.unscaledValue();
    if (precision <= INT32_DIGITS) {
      return unscaled.intValueExact();
    }
    if (precision <= INT64_DIGITS) {
      return unscaled.longValueExact();
    }
    byte[] digits = unscaled.toByteArray();
    byte[] bytes = new byte[TypeUtil.decimalRequiredBytes(precision)];
    Arrays.fill(bytes, (byte) (unscaled.signum() < 0 ? -1 : 0));
    System.arraycopy(digits, 0, bytes, bytes.length - digits.length, digits.length);
    return Binary.fromConstantByteArray(bytes);
  }

  private static @Nullable Object uuid(String text) {
    if (text.length() != 36) {
      return null;
    }
    try {
      UUID uuid = UUID.fromString(text);
      // The JDK accepts shorter groups.
      return uuid.toString().equalsIgnoreCase(text)
          ? Binary.fromConstantByteArray(
              ByteBuffer.allocate(16)
                  .putLong(uuid.getMostSignificantBits())
                  .putLong(uuid.getLeastSignificantBits())
                  .array())
          : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static @Nullable Object base64(String text, int length) {
    if (text.length() % 4 != 0) {
      return null;
    }
    try {
      byte[] bytes = Base64.getDecoder().decode(text);
      return length < 0 || bytes.length == length ? Binary.fromConstantByteArray(bytes) : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static class OneLeaf extends ValueFit {
    private final Conversion<JsonNode> conversion;

    OneLeaf(Conversion<JsonNode> conversion) {
      this.conversion = conversion;
    }

    @Override
    @Nullable Object read(JsonNode value) {
      return conversion.convert(value);
    }

    @Override
    int leaves() {
      return 1;
    }

    @Override
    void write(
        Object value, LeafSink[] sinks, int leaf, int repetition, int definition, int repeated) {
      sinks[leaf].write(value, repetition, definition);
    }
  }

  private static final class StringFit extends OneLeaf {
    StringFit() {
      super(StringFit::bytes);
    }

    private static @Nullable Object bytes(JsonNode value) {
      if (value instanceof TextNode text) {
        return JsonText.isUnicode(text.textValue())
            ? Binary.fromConstantByteArray(text.textValue().getBytes(StandardCharsets.UTF_8))
            : null;
      }
      return value.isContainerNode() ? Binary.fromConstantByteArray(JsonText.of(value)) : null;
    }

    @Override
    boolean fits(JsonNode value) {
      return value instanceof TextNode text
          ? JsonText.isUnicode(text.textValue())
          : value.isContainerNode();
    }
  }

  /** A type that rows from JSON have no value for: its columns are null in them. */
  private static final class Nothing extends ValueFit {
    private final int leaves;

    Nothing(int leaves) {
      this.leaves = leaves;
    }

    @Override
    @Nullable Object read(JsonNode value) {
      return null;
    }

    @Override
    int leaves() {
      return leaves;
    }

    @Override
    void write(
        Object value, LeafSink[] sinks, int leaf, int repetition, int definition, int repeated) {
      throw new AssertionError(value);
    }
  }
}
