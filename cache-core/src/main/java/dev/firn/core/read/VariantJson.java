package dev.firn.core.read;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.variants.VariantArray;
import org.apache.iceberg.variants.VariantObject;
import org.apache.iceberg.variants.VariantValue;

/** A variant's value as JSON. */
final class VariantJson {
  private static final long MICROS_PER_SECOND = TimeUnit.SECONDS.toMicros(1);
  private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  private VariantJson() {}

  static void write(JsonGenerator json, VariantValue value) throws IOException {
    switch (value.type()) {
      case NULL -> json.writeNull();
      case OBJECT -> {
        VariantObject object = value.asObject();
        json.writeStartObject();
        for (String name : object.fieldNames()) {
          json.writeFieldName(name);
          write(json, object.get(name));
        }
        json.writeEndObject();
      }
      case ARRAY -> {
        VariantArray array = value.asArray();
        json.writeStartArray();
        for (int i = 0; i < array.numElements(); i++) {
          write(json, array.get(i));
        }
        json.writeEndArray();
      }
      case DATE -> json.writeString(LocalDate.ofEpochDay(number(value)).toString());
      case TIME -> RowJson.writePrimitive(json, LocalTime.ofNanoOfDay(number(value) * 1000));
      case TIMESTAMPTZ -> json.writeString(RowJson.micros(true, micros(number(value))));
      case TIMESTAMPNTZ -> json.writeString(RowJson.micros(false, micros(number(value))));
      case TIMESTAMPTZ_NANOS -> json.writeString(RowJson.nanos(true, nanos(number(value))));
      case TIMESTAMPNTZ_NANOS -> json.writeString(RowJson.nanos(false, nanos(number(value))));
      default -> RowJson.writePrimitive(json, value.asPrimitive().get());
    }
  }

  private static long number(VariantValue value) {
    return ((Number) value.asPrimitive().get()).longValue();
  }

  private static LocalDateTime micros(long micros) {
    return LocalDateTime.ofEpochSecond(
        Math.floorDiv(micros, MICROS_PER_SECOND),
        (int) (Math.floorMod(micros, MICROS_PER_SECOND) * 1000),
        ZoneOffset.UTC);
  }

  private static LocalDateTime nanos(long nanos) {
    return LocalDateTime.ofEpochSecond(
        Math.floorDiv(nanos, NANOS_PER_SECOND),
        (int) Math.floorMod(nanos, NANOS_PER_SECOND),
        ZoneOffset.UTC);
  }
}
