package dev.firn.cli.daemon.otlp;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.opentelemetry.proto.common.v1.AnyValue;
import java.io.IOException;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which columns the fields of a message go to: each to the one of its name, behind a prefix; those
 * of a message in it behind the name of that one ({@code status_code}). A field without a column,
 * known or not, is passed over.
 *
 * <ul>
 *   <li>A number, text, boolean or id is itself ({@link Scalars}).
 *   <li>A list of numbers is a list, of at most {@value #MAX_NUMBERS}.
 *   <li>Attributes are JSON, and so are other messages that there can be several of ({@link
 *       MessageText}).
 *   <li>A value of any kind (the body of a log record) is a text as it is, all else JSON, but bytes
 *       base64 and a double its digits; of which kind it was is said in a column beside it.
 * </ul>
 */
final class MessageColumns {
  /** One takes a byte in a body and twenty in memory. */
  static final int MAX_NUMBERS = 65_536;

  private static final String TYPE_SUFFIX = "_type";

  private enum Form {
    SCALAR,
    NUMBERS,
    TEXT,
    ANY_VALUE,
    NESTED
  }

  private record Target(
      FieldDescriptor field, String column, Form form, @Nullable MessageColumns nested) {}

  private final @Nullable Target[] byNumber;

  private MessageColumns(Target[] byNumber) {
    this.byNumber = byNumber;
  }

  /**
   * @param columns those that there are
   */
  static MessageColumns of(Descriptor type, String prefix, Set<String> columns) {
    int highest = type.getFields().stream().mapToInt(FieldDescriptor::getNumber).max().orElse(0);
    Target[] byNumber = new Target[highest + 1];
    for (FieldDescriptor field : type.getFields()) {
      String column = prefix + field.getName();
      Form form = form(field);
      if (form == Form.NESTED) {
        MessageColumns nested = of(field.getMessageType(), column + "_", columns);
        byNumber[field.getNumber()] = new Target(field, column, form, nested);
      } else if (columns.contains(column)) {
        byNumber[field.getNumber()] = new Target(field, column, form, null);
      }
    }
    return new MessageColumns(byNumber);
  }

  private static Form form(FieldDescriptor field) {
    boolean message = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
    if (field.isRepeated()) {
      return message ? Form.TEXT : Form.NUMBERS;
    }
    if (!message) {
      return Form.SCALAR;
    }
    return field.getMessageType().equals(AnyValue.getDescriptor()) ? Form.ANY_VALUE : Form.NESTED;
  }

  /**
   * Sets the columns of a row.
   *
   * @throws UnfitException if a value cannot be in a row
   */
  void fill(WireMessage message, ObjectNode row) throws IOException {
    @Nullable MessageText[] texts = new MessageText[byNumber.length];
    for (WireMessage.Reader in = message.read(); in.next(); ) {
      Target target = in.field() < byNumber.length ? byNumber[in.field()] : null;
      if (target == null) {
        in.skip();
        continue;
      }
      boolean delimited = in.wireType() == WireMessage.DELIMITED;
      switch (target.form()) {
        case SCALAR -> {
          if (Scalars.isOf(target.field(), in.wireType())) {
            setScalar(target, in, row);
          } else {
            in.skip();
          }
        }
        case NUMBERS -> addNumbers(target, in, row);
        case TEXT -> {
          if (delimited) {
            addText(target, in, texts);
          } else {
            in.skip();
          }
        }
        case ANY_VALUE -> {
          if (delimited) {
            setAnyValue(target.column(), AnyValueText.Value.of(in.message()), row);
          } else {
            in.skip();
          }
        }
        case NESTED -> {
          MessageColumns nested = target.nested();
          if (delimited && nested != null) {
            nested.fill(in.message(), row);
          } else {
            in.skip();
          }
        }
      }
    }
    for (int i = 0; i < texts.length; i++) {
      MessageText text = texts[i];
      Target target = byNumber[i];
      if (text != null && target != null) {
        row.set(target.column(), text.end());
      }
    }
  }

  private static void setScalar(Target target, WireMessage.Reader in, ObjectNode row)
      throws IOException {
    Object value = Scalars.read(target.field(), in);
    if (value == null) {
      row.remove(target.column());
    } else {
      row.set(target.column(), Scalars.node(value));
    }
  }

  private static void addText(Target target, WireMessage.Reader in, @Nullable MessageText[] texts)
      throws IOException {
    int number = target.field().getNumber();
    MessageText text = texts[number];
    if (text == null) {
      text =
          MessageText.isAttributes(target.field())
              ? MessageText.ofAttributes()
              : MessageText.ofMessages();
      texts[number] = text;
    }
    text.add(target.field(), in.message());
  }

  /** One after the other, or packed. */
  private static void addNumbers(Target target, WireMessage.Reader in, ObjectNode row)
      throws IOException {
    FieldDescriptor field = target.field();
    if (Scalars.isOf(field, in.wireType())) {
      Object value = Scalars.read(field, in);
      if (value != null) {
        numbers(target, row).add(Scalars.node(value));
      }
    } else if (in.wireType() == WireMessage.DELIMITED && field.isPackable()) {
      ArrayNode numbers = numbers(target, row);
      byte[] packed = in.bytes();
      for (CodedInputStream values = CodedInputStream.newInstance(packed); !values.isAtEnd(); ) {
        numbers.add(
            switch (field.getType()) {
              case DOUBLE -> DoubleNode.valueOf(values.readDouble());
              case FIXED64 -> Scalars.node(Scalars.unsigned(values.readFixed64()));
              case UINT64 -> Scalars.node(Scalars.unsigned(values.readUInt64()));
              default -> throw new AssertionError(field);
            });
        requireFew(target, numbers);
      }
    } else {
      in.skip();
    }
  }

  private static ArrayNode numbers(Target target, ObjectNode row) throws UnfitException {
    if (row.get(target.column()) instanceof ArrayNode numbers) {
      requireFew(target, numbers);
      return numbers;
    }
    return row.putArray(target.column());
  }

  private static void requireFew(Target target, ArrayNode numbers) throws UnfitException {
    if (numbers.size() > MAX_NUMBERS) {
      throw new UnfitException(target.column() + " has more than " + MAX_NUMBERS + " numbers");
    }
  }

  private static void setAnyValue(String column, AnyValueText.Value value, ObjectNode row)
      throws IOException {
    Object content = value.value();
    TextNode text;
    if (content == null) {
      row.remove(column);
      row.remove(column + TYPE_SUFFIX);
      return;
    } else if (content instanceof WireMessage) {
      text = MessageText.ofValue(value);
    } else if (content instanceof byte[] bytes) {
      text = TextNode.valueOf(Base64.getEncoder().encodeToString(bytes));
    } else {
      text = TextNode.valueOf(content.toString());
    }
    row.set(column, text);
    row.put(column + TYPE_SUFFIX, value.kind().text());
  }

  static ObjectNode newRow() {
    return JsonNodeFactory.instance.objectNode();
  }
}
