package dev.firn.cli.daemon.otlp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.firn.cli.daemon.ingest.Body;
import dev.firn.cli.daemon.ingest.Growth;
import dev.firn.core.rows.JsonProblem;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Turns a request in OTLP's JSON into the same in Protocol Buffers, so that only those are decoded:
 * names in lowerCamelCase, ids in hex, other bytes in base64, numbers of 64 bits as numbers or
 * texts, enums as numbers; {@code null} and names that are not known say nothing.
 *
 * <p>Nothing is held of what was read but what was written, in one buffer within the request's
 * budget: the length before a message is left open, five bytes wide, and set when it ends.
 */
final class JsonRequest {
  /** Of messages in each other: a list of keys and values in another one takes three. */
  static final int MAX_DEPTH = 320;

  private static final int LENGTH_BYTES = 5;
  private static final int NUMBER_CHARACTERS = 100;
  private static final int LONG_DIGITS = 20;
  private static final JsonFactory JSON = new JsonFactory();
  private static final Map<Descriptor, Map<String, FieldDescriptor>> FIELDS =
      new ConcurrentHashMap<>();
  private static final Pattern NUMBER =
      Pattern.compile("-?[0-9.]{1,100}([eE][-+]?[0-9]{1,10})?|NaN|-?Infinity");
  private static final BigInteger UNSIGNED_LIMIT = BigInteger.ONE.shiftLeft(64);

  private final Growth out;
  private final JsonParser parser;

  private JsonRequest(Growth out, JsonParser parser) {
    this.out = out;
    this.parser = parser;
  }

  /** There is no room for it in Protocol Buffers. */
  static final class NoRoomException extends Exception {
    private final Growth.Room room;

    NoRoomException(Growth.Room room) {
      super(room.name());
      this.room = room;
    }

    Growth.Room room() {
      return room;
    }
  }

  /**
   * @param out has the request when this returns
   * @throws RefusedException if it is none
   */
  static void convert(Signal signal, Body body, Growth out)
      throws RefusedException, NoRoomException {
    try (JsonParser parser = JSON.createParser(body.bytes(), body.start(), body.length())) {
      JsonRequest request = new JsonRequest(out, parser);
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw request.refused("expected an object, found " + request.shown());
      }
      request.writeFields(signal.request(), 0);
      if (parser.nextToken() != null) {
        throw request.refused("expected nothing after the request, found " + request.shown());
      }
    } catch (JsonProcessingException e) {
      throw new RefusedException(
          400,
          "the body is no JSON"
              + (e.getLocation() == null
                  ? ""
                  : ", line "
                      + e.getLocation().getLineNr()
                      + ", column "
                      + e.getLocation().getColumnNr())
              + ": "
              + JsonProblem.plain(e.getOriginalMessage()));
    } catch (IOException e) {
      throw new RefusedException(400, "the body is no JSON: " + e.getMessage());
    }
  }

  private static Map<String, FieldDescriptor> fields(Descriptor type) {
    return FIELDS.computeIfAbsent(
        type,
        t -> {
          Map<String, FieldDescriptor> byName = new HashMap<>();
          t.getFields().forEach(field -> byName.put(field.getJsonName(), field));
          return byName;
        });
  }

  private void writeFields(Descriptor type, int depth)
      throws IOException, RefusedException, NoRoomException {
    if (depth > MAX_DEPTH) {
      throw refused("more than " + MAX_DEPTH + " messages in each other");
    }
    Map<String, FieldDescriptor> fields = fields(type);
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      FieldDescriptor field = fields.get(parser.currentName());
      JsonToken token = parser.nextToken();
      if (field == null || token == JsonToken.VALUE_NULL) {
        parser.skipChildren();
      } else if (!field.isRepeated()) {
        writeField(field, depth);
      } else if (token == JsonToken.START_ARRAY) {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          writeField(field, depth);
        }
      } else {
        throw wrong(field, "an array");
      }
    }
  }

  private void writeField(FieldDescriptor field, int depth)
      throws IOException, RefusedException, NoRoomException {
    switch (field.getType()) {
      case MESSAGE -> {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
          throw wrong(field, "an object");
        }
        writeTag(field, WireMessage.DELIMITED);
        room(LENGTH_BYTES);
        out.body().added(LENGTH_BYTES);
        int from = out.body().end();
        writeFields(field.getMessageType(), depth + 1);
        setLength(from);
      }
      case STRING -> writeBytes(field, utf8(field));
      case BYTES -> writeBytes(field, bytes(field));
      case BOOL -> {
        if (!parser.currentToken().isBoolean()) {
          throw wrong(field, "true or false");
        }
        writeTag(field, WireMessage.VARINT);
        writeVarint(parser.getBooleanValue() ? 1 : 0);
      }
      case DOUBLE -> {
        double value = number(field);
        writeTag(field, WireMessage.FIXED64);
        writeFixed(Double.doubleToRawLongBits(value), Long.BYTES);
      }
      case FIXED64, SFIXED64 -> {
        long value = whole(field);
        writeTag(field, WireMessage.FIXED64);
        writeFixed(value, Long.BYTES);
      }
      case FIXED32 -> {
        long value = whole(field);
        writeTag(field, WireMessage.FIXED32);
        writeFixed(value, Integer.BYTES);
      }
      case SINT32 -> {
        int value = (int) whole(field);
        writeTag(field, WireMessage.VARINT);
        writeVarint(CodedOutputStream.encodeZigZag32(value) & 0xFFFF_FFFFL);
      }
      default -> {
        long value = whole(field);
        writeTag(field, WireMessage.VARINT);
        writeVarint(value);
      }
    }
  }

  private byte[] utf8(FieldDescriptor field) throws IOException, RefusedException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw wrong(field, "a text");
    }
    String text = parser.getText();
    if (text.chars().anyMatch(c -> Character.isSurrogate((char) c))
        && !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw refused(field.getJsonName() + ": expected a text in Unicode, found half a character");
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private byte[] bytes(FieldDescriptor field) throws IOException, RefusedException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw wrong(field, "a text");
    }
    String text = parser.getText();
    try {
      return Scalars.isId(field)
          ? HexFormat.of().parseHex(text)
          : Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/'));
    } catch (IllegalArgumentException e) {
      throw wrong(field, Scalars.isId(field) ? "an id in hex" : "bytes in base64");
    }
  }

  private double number(FieldDescriptor field) throws IOException, RefusedException {
    if (parser.currentToken().isNumeric()) {
      return parser.getDoubleValue();
    }
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      String text = parser.getText();
      try {
        if (NUMBER.matcher(text).matches()) {
          return Double.parseDouble(text);
        }
      } catch (NumberFormatException e) {
        throw wrong(field, "a number");
      }
    }
    throw wrong(field, "a number");
  }

  /** A whole number that the field can hold, as its bits. */
  private long whole(FieldDescriptor field) throws IOException, RefusedException {
    BigDecimal exact = decimal(field).stripTrailingZeros();
    // Looked at first: 1e999999999 must not be written out.
    if (exact.scale() > 0 || exact.precision() - (long) exact.scale() > LONG_DIGITS) {
      throw wrong(field, "a whole number");
    }
    BigInteger value = exact.toBigIntegerExact();
    boolean fits =
        switch (field.getType()) {
          case FIXED64, UINT64 -> value.signum() >= 0 && value.compareTo(UNSIGNED_LIMIT) < 0;
          case FIXED32, UINT32 -> value.signum() >= 0 && value.bitLength() <= Integer.SIZE;
          case INT64, SFIXED64 -> value.bitLength() < Long.SIZE;
          default -> value.bitLength() < Integer.SIZE;
        };
    if (!fits) {
      throw wrong(field, "a number of " + field.getType().name().toLowerCase(Locale.ROOT));
    }
    return value.longValue();
  }

  private BigDecimal decimal(FieldDescriptor field) throws IOException, RefusedException {
    boolean text = parser.currentToken() == JsonToken.VALUE_STRING;
    boolean allowed =
        text
            ? field.getJavaType() != FieldDescriptor.JavaType.ENUM
            : parser.currentToken().isNumeric();
    if (!allowed || parser.getTextLength() > NUMBER_CHARACTERS) {
      throw wrong(field, "a whole number");
    }
    try {
      return text ? new BigDecimal(parser.getText()) : parser.getDecimalValue();
    } catch (NumberFormatException e) {
      throw wrong(field, "a whole number");
    }
  }

  private void writeTag(FieldDescriptor field, int wireType) throws NoRoomException {
    writeVarint((long) field.getNumber() << 3 | wireType);
  }

  private void writeBytes(FieldDescriptor field, byte[] bytes) throws NoRoomException {
    writeTag(field, WireMessage.DELIMITED);
    writeVarint(bytes.length);
    room(bytes.length);
    System.arraycopy(bytes, 0, out.body().bytes(), out.body().end(), bytes.length);
    out.body().added(bytes.length);
  }

  private void writeVarint(long value) throws NoRoomException {
    room(10);
    byte[] bytes = out.body().bytes();
    int at = out.body().end();
    int count = 0;
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes[at + count++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[at + count++] = (byte) rest;
    out.body().added(count);
  }

  private void writeFixed(long value, int count) throws NoRoomException {
    room(count);
    byte[] bytes = out.body().bytes();
    int at = out.body().end();
    for (int i = 0; i < count; i++) {
      bytes[at + i] = (byte) (value >>> (8 * i));
    }
    out.body().added(count);
  }

  /** Writes how long the message is that began there, in the bytes before it. */
  private void setLength(int from) {
    byte[] bytes = out.body().bytes();
    int length = out.body().end() - from;
    for (int i = 0; i < LENGTH_BYTES; i++) {
      int more = i < LENGTH_BYTES - 1 ? 0x80 : 0;
      bytes[from - LENGTH_BYTES + i] = (byte) (length >>> (7 * i) & 0x7F | more);
    }
  }

  private void room(int bytes) throws NoRoomException {
    Growth.Room room = out.reserve(bytes);
    if (room != Growth.Room.ENOUGH) {
      throw new NoRoomException(room);
    }
  }

  private RefusedException wrong(FieldDescriptor field, String expected) throws IOException {
    return refused(field.getJsonName() + ": expected " + expected + ", found " + shown());
  }

  private String shown() throws IOException {
    JsonToken token = parser.currentToken();
    if (token == null) {
      return "nothing";
    }
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "\"" + Shown.of(parser.getText()) + "\"";
      default -> Shown.of(parser.getText());
    };
  }

  private RefusedException refused(String message) {
    return new RefusedException(
        400,
        "line "
            + parser.currentTokenLocation().getLineNr()
            + ", column "
            + parser.currentTokenLocation().getColumnNr()
            + ": "
            + message);
  }
}
