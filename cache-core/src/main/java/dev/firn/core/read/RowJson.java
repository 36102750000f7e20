package dev.firn.core.read;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.variants.Variant;
import org.jspecify.annotations.Nullable;

/**
 * A row as a JSON object: timestamps as ISO-8601 in UTC with microseconds (nanoseconds where the
 * column has them), without {@code Z} where the column has no zone; binary as base64; variants,
 * structs, lists and maps as JSON; columns that are null left out. Numbers that JSON does not have
 * (NaN, infinities) become text.
 */
public final class RowJson {
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS");
  private static final DateTimeFormatter NANOS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS");

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS");

  private RowJson() {}

  /** Writes the columns of {@code type} as one object. */
  public static void write(JsonGenerator json, Types.StructType type, Record row)
      throws IOException {
    writeStruct(json, type, row);
  }

  private static void writeStruct(JsonGenerator json, Types.StructType type, StructLike struct)
      throws IOException {
    json.writeStartObject();
    List<Types.NestedField> fields = type.fields();
    for (int i = 0; i < fields.size(); i++) {
      @Nullable Object value = struct.get(i, Object.class);
      if (value != null) {
        json.writeFieldName(fields.get(i).name());
        writeValue(json, fields.get(i).type(), value);
      }
    }
    json.writeEndObject();
  }

  private static void writeValue(JsonGenerator json, Type type, @Nullable Object value)
      throws IOException {
    if (value == null) {
      json.writeNull();
      return;
    }
    switch (type.typeId()) {
      case STRUCT -> writeStruct(json, type.asStructType(), (StructLike) value);
      case LIST -> {
        json.writeStartArray();
        for (Object element : (List<?>) value) {
          writeValue(json, type.asListType().elementType(), element);
        }
        json.writeEndArray();
      }
      case MAP -> writeMap(json, type.asMapType(), (Map<?, ?>) value);
      case TIMESTAMP ->
          json.writeString(
              timestamp(MICROS, ((Types.TimestampType) type).shouldAdjustToUTC(), value));
      case TIMESTAMP_NANO ->
          json.writeString(
              timestamp(NANOS, ((Types.TimestampNanoType) type).shouldAdjustToUTC(), value));
      case VARIANT -> VariantJson.write(json, ((Variant) value).value());
      default -> writePrimitive(json, value);
    }
  }

  private static void writeMap(JsonGenerator json, Types.MapType type, Map<?, ?> map)
      throws IOException {
    if (type.keyType().typeId() == Type.TypeID.STRING) {
      json.writeStartObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        json.writeFieldName(entry.getKey().toString());
        writeValue(json, type.valueType(), entry.getValue());
      }
      json.writeEndObject();
      return;
    }
    json.writeStartArray();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      json.writeStartObject();
      json.writeFieldName("key");
      writeValue(json, type.keyType(), entry.getKey());
      json.writeFieldName("value");
      writeValue(json, type.valueType(), entry.getValue());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  static void writePrimitive(JsonGenerator json, Object value) throws IOException {
    if (value instanceof CharSequence text) {
      json.writeString(text.toString());
    } else if (value instanceof Boolean flag) {
      json.writeBoolean(flag);
    } else if (value instanceof Float number) {
      if (Float.isFinite(number)) {
        json.writeNumber(number);
      } else {
        json.writeString(number.toString());
      }
    } else if (value instanceof Double number) {
      if (Double.isFinite(number)) {
        json.writeNumber(number);
      } else {
        json.writeString(number.toString());
      }
    } else if (value instanceof BigDecimal number) {
      json.writeNumber(number);
    } else if (value instanceof Number number) {
      json.writeNumber(number.longValue());
    } else if (value instanceof ByteBuffer bytes) {
      byte[] copy = new byte[bytes.remaining()];
      bytes.duplicate().get(copy);
      json.writeString(Base64.getEncoder().encodeToString(copy));
    } else if (value instanceof byte[] bytes) {
      json.writeString(Base64.getEncoder().encodeToString(bytes));
    } else if (value instanceof LocalTime time) {
      json.writeString(TIME.format(time));
    } else if (value instanceof UUID || value instanceof LocalDate) {
      json.writeString(value.toString());
    } else {
      throw new AssertionError(value.getClass());
    }
  }

  private static String timestamp(DateTimeFormatter format, boolean utc, Object value) {
    LocalDateTime time =
        value instanceof OffsetDateTime zoned
            ? zoned.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime()
            : (LocalDateTime) value;
    return format(format, utc, time);
  }

  static String micros(boolean utc, LocalDateTime time) {
    return format(MICROS, utc, time);
  }

  static String nanos(boolean utc, LocalDateTime time) {
    return format(NANOS, utc, time);
  }

  private static String format(DateTimeFormatter format, boolean utc, LocalDateTime time) {
    return format.format(time) + (utc ? "Z" : "");
  }
}
