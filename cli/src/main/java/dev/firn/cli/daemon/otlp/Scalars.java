package dev.firn.cli.daemon.otlp;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Single values, exactly: ids as hex, other bytes as base64, enums by name without what all names
 * of one begin with ({@code SERVER}), those without a name by number; the severity is a number.
 * Whole numbers of 64 bits without a sign are beyond {@code long} from 2^63 on.
 */
final class Scalars {
  private static final Map<EnumValueDescriptor, String> NAMES = new ConcurrentHashMap<>();

  private Scalars() {}

  /** True if a field can come in this form. */
  static boolean isOf(FieldDescriptor field, int wireType) {
    return switch (field.getType()) {
      case DOUBLE, FIXED64, SFIXED64 -> wireType == WireMessage.FIXED64;
      case FLOAT, FIXED32, SFIXED32 -> wireType == WireMessage.FIXED32;
      case STRING, BYTES, MESSAGE, GROUP -> wireType == WireMessage.DELIMITED;
      default -> wireType == WireMessage.VARINT;
    };
  }

  /**
   * The value of a field that {@link #isOf} this form; null if it is the one that says nothing: an
   * empty text or id, time 0, severity 0.
   */
  static @Nullable Object read(FieldDescriptor field, WireMessage.Reader in) throws IOException {
    return switch (field.getType()) {
      case DOUBLE -> Double.longBitsToDouble(in.fixed64());
      case FIXED64 -> time(field, unsigned(in.fixed64()));
      case SFIXED64 -> in.fixed64();
      case FIXED32 -> Integer.toUnsignedLong(in.fixed32());
      case UINT32 -> in.varint() & 0xFFFF_FFFFL;
      case UINT64 -> unsigned(in.varint());
      case INT32 -> (int) in.varint();
      case INT64 -> in.varint();
      case SINT32 -> CodedInputStream.decodeZigZag32((int) in.varint());
      case BOOL -> in.varint() != 0;
      case ENUM -> enumeration(field.getEnumType(), (int) in.varint());
      case STRING -> {
        String text = in.text();
        yield text.isEmpty() ? null : text;
      }
      case BYTES -> {
        byte[] bytes = in.bytes();
        yield bytes.length == 0
            ? null
            : isId(field)
                ? HexFormat.of().formatHex(bytes)
                : Base64.getEncoder().encodeToString(bytes);
      }
      default -> throw new AssertionError(field);
    };
  }

  /** True for what OTLP writes in hex. */
  static boolean isId(FieldDescriptor field) {
    return field.getName().endsWith("trace_id") || field.getName().endsWith("span_id");
  }

  /** A whole number of 64 bits without a sign. */
  static Number unsigned(long bits) {
    if (bits >= 0) {
      return bits;
    }
    return new BigInteger(Long.toUnsignedString(bits));
  }

  private static @Nullable Object time(FieldDescriptor field, Number value) {
    boolean unknown = value.longValue() == 0 && field.getName().endsWith("time_unix_nano");
    return unknown ? null : value;
  }

  private static @Nullable Object enumeration(EnumDescriptor type, int number) {
    if (type.equals(SeverityNumber.getDescriptor())) {
      return number == 0 ? null : number;
    }
    EnumValueDescriptor value = type.findValueByNumber(number);
    return value == null
        ? Integer.toString(number)
        : NAMES.computeIfAbsent(value, v -> shortName(type, v));
  }

  private static String shortName(EnumDescriptor type, EnumValueDescriptor value) {
    String common = type.getValues().get(0).getName();
    for (EnumValueDescriptor other : type.getValues()) {
      while (!other.getName().startsWith(common)) {
        common = common.substring(0, common.length() - 1);
      }
    }
    return value.getName().substring(common.lastIndexOf('_') + 1);
  }

  static JsonNode node(Object value) {
    if (value instanceof String text) {
      return TextNode.valueOf(text);
    }
    if (value instanceof Long number) {
      return number >= 0 && number <= 10
          ? IntNode.valueOf(number.intValue())
          : LongNode.valueOf(number);
    }
    if (value instanceof Integer number) {
      return IntNode.valueOf(number);
    }
    if (value instanceof Double number) {
      return DoubleNode.valueOf(number);
    }
    if (value instanceof Boolean bool) {
      return BooleanNode.valueOf(bool);
    }
    return BigIntegerNode.valueOf((BigInteger) value);
  }

  static void write(JsonGenerator json, Object value) throws IOException {
    if (value instanceof String text) {
      json.writeString(text);
    } else if (value instanceof Double number) {
      AnyValueText.write(json, number);
    } else if (value instanceof Boolean bool) {
      json.writeBoolean(bool);
    } else if (value instanceof BigInteger number) {
      json.writeNumber(number);
    } else {
      json.writeNumber(((Number) value).longValue());
    }
  }
}
