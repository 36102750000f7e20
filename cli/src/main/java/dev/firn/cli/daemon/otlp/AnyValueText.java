package dev.firn.cli.daemon.otlp;

import com.fasterxml.jackson.core.JsonGenerator;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import java.io.IOException;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A value of OpenTelemetry as JSON, so that its functions find their way in it: texts, booleans and
 * numbers as themselves (one with a point or an exponent was a double, one without an integer),
 * arrays, and lists of keys as objects, whose keys may repeat. What JSON has no form for is spelt
 * as OTLP spells it: {@code {"bytesValue":"AQI="}}, {@code {"doubleValue":"NaN"}}. A list that
 * looks just like one of those stands in {@code {"kvlistValue":{…}}}, so that each text is one
 * value's.
 */
final class AnyValueText {
  /** Deeper values are no rows. Protocol Buffers' own readers give up after 33 nested lists. */
  static final int MAX_DEPTH = 100;

  private static final String BYTES = "bytesValue";
  private static final String DOUBLE = "doubleValue";
  private static final String KVLIST = "kvlistValue";
  private static final Set<String> SPELT = Set.of(BYTES, DOUBLE, KVLIST);

  private AnyValueText() {}

  /** What kind of value it is. */
  enum Kind {
    EMPTY,
    STRING,
    BOOL,
    INT,
    DOUBLE,
    ARRAY,
    KVLIST,
    BYTES;

    /** As it stands in columns. */
    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * @param value String, Boolean, Long, Double, bytes or {@link WireMessage}, by its kind
   */
  record Value(Kind kind, @Nullable Object value) {
    private static final Value EMPTY = new Value(Kind.EMPTY, null);

    /** The last of the alternatives that are there counts. */
    static Value of(WireMessage message) throws IOException {
      Value value = EMPTY;
      for (WireMessage.Reader in = message.read(); in.next(); ) {
        switch (in.field() << 3 | in.wireType()) {
          case AnyValue.STRING_VALUE_FIELD_NUMBER << 3 | WireMessage.DELIMITED ->
              value = new Value(Kind.STRING, in.text());
          case AnyValue.BOOL_VALUE_FIELD_NUMBER << 3 | WireMessage.VARINT ->
              value = new Value(Kind.BOOL, in.varint() != 0);
          case AnyValue.INT_VALUE_FIELD_NUMBER << 3 | WireMessage.VARINT ->
              value = new Value(Kind.INT, in.varint());
          case AnyValue.DOUBLE_VALUE_FIELD_NUMBER << 3 | WireMessage.FIXED64 ->
              value = new Value(Kind.DOUBLE, Double.longBitsToDouble(in.fixed64()));
          case AnyValue.ARRAY_VALUE_FIELD_NUMBER << 3 | WireMessage.DELIMITED ->
              value = new Value(Kind.ARRAY, in.message());
          case AnyValue.KVLIST_VALUE_FIELD_NUMBER << 3 | WireMessage.DELIMITED ->
              value = new Value(Kind.KVLIST, in.message());
          case AnyValue.BYTES_VALUE_FIELD_NUMBER << 3 | WireMessage.DELIMITED ->
              value = new Value(Kind.BYTES, in.bytes());
          default -> in.skip();
        }
      }
      return value;
    }
  }

  /** Writes a value that lies so many levels deep. */
  static void write(JsonGenerator json, Value value, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new UnfitException("a value has more than " + MAX_DEPTH + " levels");
    }
    Object content = value.value();
    if (content instanceof String text) {
      json.writeString(text);
    } else if (content instanceof Boolean bool) {
      json.writeBoolean(bool);
    } else if (content instanceof Long whole) {
      json.writeNumber(whole);
    } else if (content instanceof Double number) {
      write(json, number);
    } else if (content instanceof byte[] bytes) {
      json.writeStartObject();
      json.writeStringField(BYTES, Base64.getEncoder().encodeToString(bytes));
      json.writeEndObject();
    } else if (content instanceof WireMessage message) {
      if (value.kind() == Kind.ARRAY) {
        writeArray(json, message, depth);
      } else {
        writeList(json, message, depth);
      }
    } else {
      json.writeNull();
    }
  }

  static void write(JsonGenerator json, double number) throws IOException {
    if (Double.isFinite(number)) {
      json.writeNumber(number);
    } else {
      json.writeStartObject();
      json.writeStringField(DOUBLE, Double.toString(number));
      json.writeEndObject();
    }
  }

  private static void writeArray(JsonGenerator json, WireMessage array, int depth)
      throws IOException {
    json.writeStartArray();
    for (WireMessage.Reader in = array.read(); in.next(); ) {
      if (in.isMessage(ArrayValue.VALUES_FIELD_NUMBER)) {
        write(json, Value.of(in.message()), depth + 1);
      } else {
        in.skip();
      }
    }
    json.writeEndArray();
  }

  private static void writeList(JsonGenerator json, WireMessage list, int depth)
      throws IOException {
    boolean spelt = looksSpelt(list);
    if (spelt) {
      json.writeStartObject();
      json.writeFieldName(KVLIST);
    }
    json.writeStartObject();
    for (WireMessage.Reader in = list.read(); in.next(); ) {
      if (in.isMessage(KeyValueList.VALUES_FIELD_NUMBER)) {
        writeEntry(json, in.message(), depth + 1);
      } else {
        in.skip();
      }
    }
    json.writeEndObject();
    if (spelt) {
      json.writeEndObject();
    }
  }

  /** True for a list of one entry whose key means something here. */
  private static boolean looksSpelt(WireMessage list) throws IOException {
    boolean first = true;
    boolean spelt = false;
    for (WireMessage.Reader in = list.read(); in.next(); ) {
      if (!in.isMessage(KeyValueList.VALUES_FIELD_NUMBER)) {
        in.skip();
      } else if (!first) {
        return false;
      } else {
        first = false;
        spelt = SPELT.contains(key(in.message()));
      }
    }
    return spelt;
  }

  private static String key(WireMessage entry) throws IOException {
    String key = "";
    for (WireMessage.Reader in = entry.read(); in.next(); ) {
      if (in.isMessage(KeyValue.KEY_FIELD_NUMBER)) {
        key = in.text();
      } else {
        in.skip();
      }
    }
    return key;
  }

  /** Writes a key and its value into the object that is open. */
  static void writeEntry(JsonGenerator json, WireMessage entry, int depth) throws IOException {
    String key = "";
    Value value = Value.EMPTY;
    for (WireMessage.Reader in = entry.read(); in.next(); ) {
      if (in.isMessage(KeyValue.KEY_FIELD_NUMBER)) {
        key = in.text();
      } else if (in.isMessage(KeyValue.VALUE_FIELD_NUMBER)) {
        value = Value.of(in.message());
      } else {
        in.skip();
      }
    }
    json.writeFieldName(key);
    write(json, value, depth);
  }
}
