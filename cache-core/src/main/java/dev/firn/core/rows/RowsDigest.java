package dev.firn.core.rows;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * A digest of 64 bits of what rows say, by which two exchanges are told apart that somebody calls
 * the same by mistake. Not of how it is spelt: white space, escapes, the order of an object's
 * members and the form of a number ({@code 1}, {@code 1.0}, {@code 1e0}) do not count, so that a
 * repetition may come from another serializer than the first time. The order of rows and of
 * elements counts, and so does a null beside a member that is not there.
 *
 * <p>It stands on the disk and must stay what it is: {@code RowsDigestTest} holds it to values. No
 * defence against somebody who makes two exchanges of one digest: both are theirs.
 *
 * <p>Linear in the text. Large values that rows share, as {@link JsonExchange} has them, are looked
 * at once.
 */
public final class RowsDigest {
  private static final Hasher64 HASHER = Hashing.xxh3_64();
  private static final int REMEMBERED_LENGTH = 1024;

  /** At most, with the sign. */
  private static final int DIGITS_OF_A_LONG = 20;

  private static final long NULL = 0x51A7_0001_9E37_79B9L;
  private static final long FALSE = 0x51A7_0002_9E37_79B9L;
  private static final long TRUE = 0x51A7_0003_9E37_79B9L;
  private static final long NUMBER = 0x51A7_0004_9E37_79B9L;
  private static final long TEXT = 0x51A7_0005_9E37_79B9L;
  private static final long ARRAY = 0x51A7_0006_9E37_79B9L;
  private static final long OBJECT = 0x51A7_0007_9E37_79B9L;

  private final Map<JsonNode, Long> remembered = new IdentityHashMap<>();

  private RowsDigest() {}

  /**
   * @param salt so that equal rows have different digests elsewhere
   * @return never 0
   */
  public static long of(List<ObjectNode> rows, long salt) {
    RowsDigest digest = new RowsDigest();
    long state = mix(salt + rows.size());
    for (ObjectNode row : rows) {
      state = mix(state * 31 + digest.row(row));
    }
    return state == 0 ? 1 : state;
  }

  private long row(ObjectNode row) {
    long members = 0;
    for (Map.Entry<String, JsonNode> member : row.properties()) {
      JsonNode value = member.getValue();
      boolean large =
          value.isContainerNode()
              || (value.isTextual() && value.textValue().length() >= REMEMBERED_LENGTH);
      long hash = large ? remembered.computeIfAbsent(value, RowsDigest::value) : value(value);
      members += member(member.getKey(), hash);
    }
    return mix(OBJECT + row.size() + members);
  }

  private static long member(String name, long value) {
    return mix(text(name) * 31 + value);
  }

  private static long value(JsonNode node) {
    return switch (node.getNodeType()) {
      case STRING -> mix(TEXT + text(node.textValue()));
      case NUMBER -> number(node);
      case BOOLEAN -> node.booleanValue() ? TRUE : FALSE;
      case NULL, MISSING -> NULL;
      case OBJECT -> {
        long members = 0;
        for (Map.Entry<String, JsonNode> member : node.properties()) {
          members += member(member.getKey(), value(member.getValue()));
        }
        yield mix(OBJECT + node.size() + members);
      }
      case ARRAY -> {
        long state = mix(ARRAY + node.size());
        for (JsonNode element : node) {
          state = mix(state * 31 + value(element));
        }
        yield state;
      }
      case BINARY, POJO -> mix(TEXT + text(node.asText()));
    };
  }

  private static long text(String text) {
    return HASHER.hashCharsToLong(text);
  }

  /** By value. Infinities and NaN are their names, as which JSON holds them. */
  private static long number(JsonNode node) {
    if (node.isIntegralNumber() && node.canConvertToLong()) {
      return number(node.longValue(), 0);
    }
    if ((node.isDouble() || node.isFloat()) && !Double.isFinite(node.doubleValue())) {
      return mix(TEXT + text(node.asText()));
    }
    BigDecimal number = node.decimalValue();
    BigInteger digits = number.unscaledValue();
    if (digits.bitLength() < Long.SIZE) {
      return number(digits.longValue(), number.scale());
    }
    // Of thousands of digits: dividing by ten for each zero at the end would be quadratic.
    String text = digits.toString();
    int end = text.length();
    while (text.charAt(end - 1) == '0') {
      end--;
    }
    long scale = (long) number.scale() - (text.length() - end);
    String significant = text.substring(0, end);
    if (significant.length() <= DIGITS_OF_A_LONG) {
      BigInteger few = new BigInteger(significant);
      if (few.bitLength() < Long.SIZE) {
        return number(few.longValue(), scale);
      }
    }
    return mix(NUMBER + text(significant) * 31 + scale);
  }

  /** Of digits without zeros at the end. */
  private static long number(long unscaled, long unscaledScale) {
    long digits = unscaled;
    long scale = digits == 0 ? 0 : unscaledScale;
    while (digits != 0 && digits % 10 == 0) {
      digits /= 10;
      scale--;
    }
    return mix(mix(NUMBER + digits) + scale);
  }

  /** Each bit of the result depends on each bit given (the finalizer of SplitMix64). */
  private static long mix(long value) {
    long bits = value + 0x9E37_79B9_7F4A_7C15L;
    bits = (bits ^ (bits >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
    bits = (bits ^ (bits >>> 27)) * 0x94D0_49BB_1331_11EBL;
    return bits ^ (bits >>> 31);
  }
}
