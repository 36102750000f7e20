package dev.firn.smoke.shape;

import static dev.firn.smoke.shape.FieldExchange.ascii;

import dev.firn.smoke.shape.FieldColumn.Values;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Messages of an LLM gateway as they lie in the field: {@value #EXCHANGES} exchanges of {@value
 * #ROWS} rows, each a file of about 370 KB. On every row of an exchange stand the same {@code
 * tools} of 128 KB, one of {@value #TOOLS}, and the same {@code system_text} of 12 KB, one of
 * {@value #SYSTEM_TEXTS}. The lengths of contents are lognormal.
 *
 * <p>Of the bytes of the files content text takes 49 %, tools 18 %, the raw frame 13 %, signatures
 * of thinking 7 %, the system text 2 %, row ids 2 %.
 */
public final class FieldShape {
  /** Exchanges at full scale. */
  public static final int EXCHANGES = 3_529;

  public static final int ROWS = 102;
  private static final int TOOLS = 40;
  private static final int TOOLS_BYTES = 128 << 10;
  private static final int SYSTEM_TEXTS = 60;
  private static final int SYSTEM_TEXT_BYTES = 12 << 10;
  private static final long START_MICROS = 1_785_500_000_000_000L;

  private static final byte[][] MODELS = {
    ascii("claude-opus-4-1"), ascii("claude-sonnet-4-5"), ascii("gpt-5-codex")
  };
  private static final byte[][] ROLES = {ascii("assistant"), ascii("tool"), ascii("user")};
  private static final byte[][] TOOL_NAMES = {
    ascii("Read"), ascii("Bash"), ascii("Grep"), ascii("Edit"), ascii("WebFetch")
  };
  private static final byte[] PROVIDER = ascii("anthropic");
  private static final byte[] CLIENT = ascii("claude");

  private final byte[][] tools = texts(1_000, TOOLS, TOOLS_BYTES);
  private final byte[][] systemTexts = texts(2_000, SYSTEM_TEXTS, SYSTEM_TEXT_BYTES);
  private final List<FieldColumn> columns = List.copyOf(columnList());

  private static byte[][] texts(long seed, int count, int bytes) {
    byte[][] texts = new byte[count][];
    for (int i = 0; i < count; i++) {
      texts[i] = Prose.bytes(new SplittableRandom(seed + i), bytes);
    }
    return texts;
  }

  List<FieldColumn> columns() {
    return columns;
  }

  public Schema schema() {
    List<Types.NestedField> fields = new ArrayList<>();
    for (FieldColumn column : columns) {
      int id = fields.size() + 1;
      fields.add(
          column.required()
              ? Types.NestedField.required(id, column.name(), column.type())
              : Types.NestedField.optional(id, column.name(), column.type()));
    }
    return new Schema(fields);
  }

  private List<FieldColumn> columnList() {
    return List.of(
        text("_hyp_cache_row_id", (e, row) -> e.hex(32)),
        required("session_id", (e, row) -> e.session()),
        text("conversation_id", (e, row) -> e.conversation()),
        required("provider", (e, row) -> PROVIDER),
        text("model", (e, row) -> MODELS[e.number() % MODELS.length]),
        text("system_text", (e, row) -> systemTexts[e.number() % SYSTEM_TEXTS]),
        text("tools", (e, row) -> tools[e.number() * 7 % TOOLS]),
        text("client_name", (e, row) -> CLIENT),
        required("message_id", FieldExchange::message),
        required("role", (e, row) -> ROLES[row % ROLES.length]),
        required("part_id", (e, row) -> FieldExchange.uuid(e.random())),
        new FieldColumn("part_index", Types.IntegerType.get(), true, (e, row) -> row % 4),
        text("content_text", (e, row) -> e.prose(2_080, 1.1)),
        text("thinking_signature", (e, row) -> row % 6 == 0 ? e.base64(e.length(840, 0.7)) : null),
        text("raw_frame", FieldShape::frame),
        text("tool_name", (e, row) -> row % 3 == 1 ? TOOL_NAMES[row / 3 % 5] : null),
        text("tool_args", FieldShape::arguments),
        new FieldColumn(
            "is_error",
            Types.BooleanType.get(),
            false,
            (e, row) -> row % 3 == 1 ? (Object) (e.random().nextInt(20) == 0) : null),
        text("attributes", FieldShape::attributes),
        required("date", (e, row) -> ascii("2026-%02d-01".formatted(1 + e.number() / 400 % 12))),
        new FieldColumn(
            "timestamp",
            Types.TimestampType.withZone(),
            true,
            (e, row) -> START_MICROS + e.number() * 40_000_000L + row * 311_000L),
        number("input_tokens", (e, row) -> (long) e.random().nextInt(100_000)),
        number("output_tokens", (e, row) -> (long) e.random().nextInt(4_000)),
        new FieldColumn(
            "temperature", Types.DoubleType.get(), false, (e, row) -> row % 3 == 0 ? 0.4 : null),
        number("_hyp_ingest_seq", (e, row) -> (long) e.number() * ROWS + row));
  }

  private static byte[] frame(FieldExchange exchange, int row) {
    byte[] text = exchange.prose(490, 1.1);
    String head =
        "{\"type\":\"content_block_delta\",\"index\":%d,\"id\":\"msg_%s\",\"delta\":\""
            .formatted(row, new String(exchange.hex(12), StandardCharsets.UTF_8));
    byte[] frame = Arrays.copyOf(ascii(head), head.length() + text.length + 2);
    for (int i = 0; i < text.length; i++) {
      frame[head.length() + i] = text[i] == '\n' ? (byte) '_' : text[i];
    }
    frame[frame.length - 2] = '"';
    frame[frame.length - 1] = '}';
    return frame;
  }

  private static byte @Nullable [] arguments(FieldExchange exchange, int row) {
    return row % 3 == 1
        ? ascii(
            "{\"path\":\"src/%x/%d.ts\",\"limit\":%d}"
                .formatted(
                    exchange.random().nextInt(),
                    exchange.random().nextInt(900),
                    exchange.random().nextInt(2_000)))
        : null;
  }

  private static byte[] attributes(FieldExchange exchange, int row) {
    return ascii(
        "{\"request\":\"req_%x%x\",\"trace\":\"%x%x\",\"latency_ms\":%d,\"signature\":\"%s\"}"
            .formatted(
                exchange.random().nextLong(),
                exchange.random().nextLong(),
                exchange.random().nextLong(),
                exchange.random().nextLong(),
                exchange.random().nextInt(30_000) + row,
                new String(exchange.hex(44), StandardCharsets.US_ASCII)));
  }

  private static FieldColumn text(String name, Values values) {
    return column(name, Types.StringType.get(), false, values);
  }

  private static FieldColumn required(String name, Values values) {
    return column(name, Types.StringType.get(), true, values);
  }

  private static FieldColumn number(String name, Values values) {
    return column(name, Types.LongType.get(), false, values);
  }

  private static FieldColumn column(String name, Type type, boolean required, Values values) {
    return new FieldColumn(name, type, required, values);
  }
}
