package dev.firn.cli.daemon.otlp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** In what a request comes and is answered. */
enum Encoding {
  PROTOBUF("application/x-protobuf") {
    @Override
    byte[] answer(Message answer) {
      return answer.toByteArray();
    }

    @Override
    byte[] problem(int code, String message) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      try {
        out.writeInt32(STATUS_CODE, code);
        out.writeString(STATUS_MESSAGE, message);
        out.flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return bytes.toByteArray();
    }
  },
  JSON("application/json") {
    @Override
    byte[] answer(Message answer) {
      return write(json -> writeFields(json, answer));
    }

    @Override
    byte[] problem(int code, String message) {
      return write(
          json -> {
            json.writeNumberField("code", code);
            json.writeStringField("message", message);
          });
    }
  };

  /** Of {@code google.rpc.Status}. */
  private static final int STATUS_CODE = 1;

  private static final int STATUS_MESSAGE = 2;
  private static final JsonFactory FACTORY = new JsonFactory();

  private final String type;

  Encoding(String type) {
    this.type = type;
  }

  /** Of a header {@code Content-Type}; empty if it is neither. */
  static Optional<Encoding> of(@Nullable String contentType) {
    String found = contentType == null ? "" : contentType.split(";", 2)[0].strip();
    for (Encoding encoding : values()) {
      if (encoding.type.equals(found.toLowerCase(Locale.ROOT))) {
        return Optional.of(encoding);
      }
    }
    return Optional.empty();
  }

  /** Of a header {@code Content-Type}. */
  String type() {
    return type;
  }

  /** The body of an answer to what went in. */
  abstract byte[] answer(Message answer);

  /** The body of any other answer: a {@code google.rpc.Status}. */
  abstract byte[] problem(int code, String message);

  private interface Members {
    void write(JsonGenerator json) throws IOException;
  }

  private static byte[] write(Members members) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      json.writeStartObject();
      members.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Numbers of 64 bits are texts. */
  private static void writeFields(JsonGenerator json, Message message) throws IOException {
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      json.writeFieldName(field.getKey().getJsonName());
      if (field.getValue() instanceof Message inner) {
        json.writeStartObject();
        writeFields(json, inner);
        json.writeEndObject();
      } else {
        json.writeString(field.getValue().toString());
      }
    }
  }
}
