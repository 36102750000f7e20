package dev.firn.cli.daemon.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import dev.firn.cli.daemon.ingest.Body;
import dev.firn.cli.daemon.ingest.ByteBudget;
import dev.firn.cli.daemon.ingest.Growth;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonRequestTest {

  private static byte[] convert(Signal signal, String json) throws Exception {
    Growth out = new Growth(new ByteBudget(1 << 22).open(), 1 << 22);
    JsonRequest.convert(signal, Body.of(json.getBytes(StandardCharsets.UTF_8)), out);
    Body body = out.body();
    return Arrays.copyOfRange(body.bytes(), body.start(), body.end());
  }

  /** A log record of these members. */
  private static String record(String members) {
    return "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{" + members + "}]}]}]}";
  }

  @Test
  void anyRequestIsTheSameInJsonAndInProtocolBuffers() throws Exception {
    Random random = new Random(4);
    for (int i = 0; i < 150; i++) {
      Signal signal = Signal.values()[i % 3];
      Message request = random(signal.request(), random, 0);
      StringWriter text = new StringWriter();
      try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
        write(json, request, random);
      }

      Message found = DynamicMessage.parseFrom(signal.request(), convert(signal, text.toString()));

      assertThat(found).as("seed 4, %s: %s", i, text).isEqualTo(request);
    }
  }

  private static Message random(Descriptor type, Random random, int depth) {
    DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
    for (FieldDescriptor field : type.getFields()) {
      boolean message1 = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
      if (random.nextInt(3) == 0 && depth > 3 || message1 && depth > 9) {
        continue;
      }
      if (field.isRepeated()) {
        int count = depth < 3 ? 1 : random.nextInt(3);
        for (int i = 0; i < count; i++) {
          message.addRepeatedField(field, value(field, random, depth));
        }
      } else {
        message.setField(field, value(field, random, depth));
      }
    }
    return message.build();
  }

  private static Object value(FieldDescriptor field, Random random, int depth) {
    return switch (field.getJavaType()) {
      case MESSAGE -> random(field.getMessageType(), random, depth + 1);
      case STRING -> List.of("", "text", "\u20ac\ud83d\ude00\"\n").get(random.nextInt(3));
      case BOOLEAN -> random.nextBoolean();
      case DOUBLE ->
          List.of(0.1, -1e300, Double.NaN, Double.NEGATIVE_INFINITY, 7.0).get(random.nextInt(5));
      case INT -> random.nextInt();
      case LONG -> random.nextLong();
      case ENUM -> {
        List<EnumValueDescriptor> values = field.getEnumType().getValues();
        yield values.get(random.nextInt(values.size()));
      }
      case BYTE_STRING -> {
        byte[] bytes = new byte[random.nextInt(20)];
        random.nextBytes(bytes);
        yield ByteString.copyFrom(bytes);
      }
      default -> throw new AssertionError(field);
    };
  }

  private static void write(JsonGenerator json, Message message, Random random) throws IOException {
    json.writeStartObject();
    json.writeStringField("unknown" + random.nextInt(), "x");
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      json.writeFieldName(field.getKey().getJsonName());
      if (field.getValue() instanceof List<?> values) {
        json.writeStartArray();
        for (Object value : values) {
          writeValue(json, field.getKey(), value, random);
        }
        json.writeEndArray();
      } else {
        writeValue(json, field.getKey(), field.getValue(), random);
      }
    }
    json.writeFieldName("another");
    json.writeRawValue("[{\"traceId\":5},null]");
    json.writeEndObject();
  }

  private static void writeValue(
      JsonGenerator json, FieldDescriptor field, Object value, Random random) throws IOException {
    if (value instanceof Message message) {
      write(json, message, random);
    } else if (value instanceof EnumValueDescriptor constant) {
      json.writeNumber(constant.getNumber());
    } else if (value instanceof ByteString bytes) {
      byte[] content = bytes.toByteArray();
      json.writeString(
          field.getName().endsWith("_id")
              ? HexFormat.of().withUpperCase().formatHex(content)
              : Base64.getEncoder().encodeToString(content));
    } else if (value instanceof Number number) {
      boolean unsigned = field.getType().name().matches("U?(INT|FIXED).*") && isUnsigned(field);
      String digits =
          value instanceof Double
              ? number.toString()
              : unsigned && value instanceof Integer small
                  ? Integer.toUnsignedString(small)
                  : unsigned ? Long.toUnsignedString(number.longValue()) : number.toString();
      if (random.nextBoolean() || digits.endsWith("N") || digits.endsWith("y")) {
        json.writeString(digits);
      } else {
        json.writeNumber(digits);
      }
    } else if (value instanceof Boolean bool) {
      json.writeBoolean(bool);
    } else {
      json.writeString((String) value);
    }
  }

  private static boolean isUnsigned(FieldDescriptor field) {
    return switch (field.getType()) {
      case FIXED32, FIXED64, UINT32, UINT64 -> true;
      default -> false;
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"traceId\": \"xy\"          | traceId: expected an id in hex, found \"xy\"",
        "\"traceId\": 5               | traceId: expected a text, found 5",
        "\"timeUnixNano\": -1         | timeUnixNano: expected a number of fixed64, found -1",
        "\"timeUnixNano\": \"1.5\"    | timeUnixNano: expected a whole number, found \"1.5\"",
        "\"timeUnixNano\": 1e999999999 | timeUnixNano: expected a whole number, found 1e999999999",
        "\"timeUnixNano\": 1e-999999999 | timeUnixNano: expected a whole number, found 1e-9999",
        "\"timeUnixNano\": {}         | timeUnixNano: expected a whole number, found an object",
        "\"severityNumber\": \"SEVERITY_NUMBER_INFO\" | severityNumber: expected a whole number",
        "\"flags\": 4294967296        | flags: expected a number of fixed32, found 4294967296",
        "\"severityText\": [\"a\"]    | severityText: expected a text, found an array",
        "\"severityText\": \"\\ud800\" | severityText: expected a text in Unicode, found half",
        "\"attributes\": {}           | attributes: expected an array, found an object",
        "\"attributes\": [null]       | attributes: expected an object, found null",
        "\"body\": \"plain\"          | body: expected an object, found \"plain\"",
        "\"body\": {\"boolValue\": 1} | boolValue: expected true or false, found 1",
        "\"body\": {\"doubleValue\": \"x\"} | doubleValue: expected a number, found \"x\"",
        "\"body\": {\"bytesValue\": \"*\"} | bytesValue: expected bytes in base64, found \"*\"",
        "\"body\": {\"stringValue\": \"a\"}} | the body is no JSON, line 1, column",
      })
  void whatIsWrongIsRefusedWithItsPlaceAndValue(String members, String problem) {
    assertThatThrownBy(() -> convert(Signal.LOGS, record(members)))
        .isInstanceOfSatisfying(RefusedException.class, e -> assertThat(e.status()).isEqualTo(400))
        .hasMessageContaining(problem)
        .hasMessageContaining("line 1, column ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"''", "[]", "{", "{} {}", "nothing", "{\"a\":NaN}", "{\"resourceLogs\":[{]}"})
  void whatIsNoObjectOfJsonIsRefused(String body) {
    assertThatThrownBy(() -> convert(Signal.LOGS, body))
        .isInstanceOf(RefusedException.class)
        .hasMessageNotContainingAny("Source", "REDACTED", "Feature");
  }

  @Test
  void messagesInEachOtherAreBounded() throws Exception {
    for (int levels : List.of(10, 1_000, 1_000_000)) {
      String body =
          record(
              "\"body\":" + "{\"arrayValue\":{\"values\":[".repeat(levels) + "]}}".repeat(levels));
      if (levels == 10) {
        assertThat(ExportLogsServiceRequest.parseFrom(convert(Signal.LOGS, body)).toString())
            .contains("array_value");
      } else if (body.length() < 1 << 22) {
        assertThatThrownBy(() -> convert(Signal.LOGS, body)).isInstanceOf(RefusedException.class);
      }
    }
  }

  @Test
  void whatTakesMoreRoomThanThereIsIsRefused() {
    String zeros = "0,".repeat(1_000_000) + "0";
    String body =
        "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[{\"histogram\":{\"dataPoints\":"
            + "[{\"bucketCounts\":["
            + zeros
            + "]}]}}]}]}]}";

    assertThatThrownBy(() -> convert(Signal.METRICS, body))
        .isInstanceOfSatisfying(
            JsonRequest.NoRoomException.class,
            e -> assertThat(e.room()).isEqualTo(Growth.Room.TOO_LARGE));
  }
}
