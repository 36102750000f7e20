package dev.firn.cli.daemon.otlp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.io.IOException;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;

/**
 * JSON of what comes in any number, put together as it comes: attributes as one object, other
 * messages (events, links, exemplars) as an array of objects under the names of their fields.
 */
final class MessageText {
  private static final JsonFactory JSON = new JsonFactory();

  private final boolean object;
  private final StringWriter text = new StringWriter();
  private final JsonGenerator json;

  private MessageText(boolean object) throws IOException {
    this.object = object;
    this.json = JSON.createGenerator(text);
    if (object) {
      json.writeStartObject();
    } else {
      json.writeStartArray();
    }
  }

  static MessageText ofAttributes() throws IOException {
    return new MessageText(true);
  }

  static MessageText ofMessages() throws IOException {
    return new MessageText(false);
  }

  /** A single value. */
  static TextNode ofValue(AnyValueText.Value value) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      AnyValueText.write(json, value, 1);
    }
    return TextNode.valueOf(text.toString());
  }

  static boolean isAttributes(FieldDescriptor field) {
    return field.isRepeated()
        && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
        && field.getMessageType().equals(KeyValue.getDescriptor());
  }

  /** The next message of a field. */
  void add(FieldDescriptor field, WireMessage message) throws IOException {
    if (object) {
      AnyValueText.writeEntry(json, message, 1);
    } else {
      write(field.getMessageType(), message);
    }
  }

  TextNode end() throws IOException {
    json.close(); // closes what is open
    return TextNode.valueOf(text.toString());
  }

  private void write(Descriptor type, WireMessage message) throws IOException {
    json.writeStartObject();
    for (FieldDescriptor field : type.getFields()) {
      if (isAttributes(field)) {
        writeAttributes(field, message);
      } else if (field.isRepeated()) {
        writeTexts(field, message);
      } else {
        writeScalar(field, message);
      }
    }
    json.writeEndObject();
  }

  private void writeAttributes(FieldDescriptor field, WireMessage message) throws IOException {
    boolean any = false;
    for (WireMessage.Reader in = message.read(); in.next(); ) {
      if (!in.isMessage(field.getNumber())) {
        in.skip();
        continue;
      }
      if (!any) {
        json.writeObjectFieldStart(field.getName());
        any = true;
      }
      AnyValueText.writeEntry(json, in.message(), 1);
    }
    if (any) {
      json.writeEndObject();
    }
  }

  private void writeTexts(FieldDescriptor field, WireMessage message) throws IOException {
    boolean any = false;
    for (WireMessage.Reader in = message.read(); in.next(); ) {
      if (!in.isMessage(field.getNumber())
          || field.getJavaType() != FieldDescriptor.JavaType.STRING) {
        in.skip();
        continue;
      }
      if (!any) {
        json.writeArrayFieldStart(field.getName());
        any = true;
      }
      json.writeString(in.text());
    }
    if (any) {
      json.writeEndArray();
    }
  }

  private void writeScalar(FieldDescriptor field, WireMessage message) throws IOException {
    @Nullable Object value = null;
    for (WireMessage.Reader in = message.read(); in.next(); ) {
      if (in.field() == field.getNumber() && Scalars.isOf(field, in.wireType())) {
        value = Scalars.read(field, in);
      } else {
        in.skip();
      }
    }
    if (value != null) {
      json.writeFieldName(field.getName());
      Scalars.write(json, value);
    }
  }
}
