package dev.firn.cli.append;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.core.rows.JsonExchange;
import dev.firn.core.rows.NotAnExchangeException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LinesTest {

  private static List<String> lines(InputStream in, int longest) throws IOException {
    List<String> lines = new ArrayList<>();
    try (LineReader reader = new LineReader(in, longest)) {
      while (reader.next()) {
        lines.add(
            reader.number()
                + ":"
                + (reader.isTooLong()
                    ? "too long"
                    : new String(
                        reader.buffer(), reader.start(), reader.length(), StandardCharsets.UTF_8)));
      }
    }
    return lines;
  }

  private static InputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void linesEndAtLineFeedsWithoutCarriageReturnAndByteOrderMark() throws IOException {
    assertThat(lines(bytes("\ufeffa\r\n\n \nb\rc\nd"), 100))
        .containsExactly("1:a", "2:", "3: ", "4:b\rc", "5:d");
    assertThat(lines(bytes(""), 100)).isEmpty();
    assertThat(lines(bytes("\n"), 100)).containsExactly("1:");
    assertThat(lines(bytes("a\n"), 100)).containsExactly("1:a");
  }

  @Test
  void aLineThatIsTooLongIsPassedOverAndTheNextOneIsWhole() throws IOException {
    String huge = "x".repeat(1 << 20);

    assertThat(lines(bytes("a\n" + huge + "\nb\n" + huge), 1000))
        .containsExactly("1:a", "2:too long", "3:b", "4:too long");
    assertThat(lines(bytes(huge + "\nb"), 1 << 20)).hasSize(2).contains("2:b");
  }

  @Test
  void linesOfAnyLengthInPiecesOfAnySizeAreTheSameLines() throws IOException {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      List<String> expected = new ArrayList<>();
      StringBuilder text = new StringBuilder();
      for (int i = 1; i <= 50; i++) {
        String line = "é".repeat(random.nextInt(i % 10 == 0 ? 200_000 : 300));
        expected.add(i + ":" + line);
        text.append(line).append(random.nextBoolean() ? "\n" : "\r\n");
      }
      InputStream whole = bytes(text.toString());
      InputStream pieces =
          new InputStream() {
            @Override
            public int read() throws IOException {
              return whole.read();
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
              return whole.read(target, offset, Math.min(length, 1 + random.nextInt(10_000)));
            }
          };

      assertThat(lines(pieces, 1 << 20)).as("seed " + seed).isEqualTo(expected);
    }
  }

  @Test
  void aLineIsOneObjectOrNot() {
    for (String yes : List.of("{}", " {\"a\":[1,{}]}\t", "{\"a\":\"}{\\\"\"}", "{\"\\\\\":1}")) {
      assertThat(isOneObject(yes)).as(yes).isTrue();
    }
    for (String no :
        List.of("", " ", "[]", "1", "{", "}", "{}{}", "{},{}", "{\"a\":\"}", "{\"a\":1]}", "{}x")) {
      assertThat(isOneObject(no)).as(no).isFalse();
    }
  }

  private static boolean isOneObject(String line) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    return JsonLine.isOneObject(bytes, 0, bytes.length);
  }

  /** Lines that pass for objects never make up for each other: together means each alone. */
  @Test
  void linesThatParseTogetherParseAloneToTheSameRows() throws NotAnExchangeException {
    String alphabet = "{}{}[]\"\"\\,,::1a ";
    int together = 0;
    for (int seed = 0; seed < 300_000; seed++) {
      Random random = new Random(seed);
      LineBatch batch = new LineBatch();
      for (int i = 0; i < 3; i++) {
        StringBuilder text = new StringBuilder("{");
        int length = random.nextInt(8);
        for (int c = 0; c < length; c++) {
          text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        byte[] line = text.append('}').toString().getBytes(StandardCharsets.UTF_8);
        if (JsonLine.isOneObject(line, 0, line.length)) {
          batch.add(line, 0, line.length, i);
        }
      }
      if (batch.size() < 2) {
        continue;
      }
      JsonExchange all;
      try {
        all = batch.parse(0, batch.size());
      } catch (NotAnExchangeException e) {
        continue;
      }
      together++;
      assertThat(all.rows()).as("seed " + seed).hasSize(batch.size());
      for (int i = 0; i < batch.size(); i++) {
        assertThat(batch.parse(i, i + 1).rows())
            .as("seed " + seed)
            .containsExactly(all.rows().get(i));
      }
    }
    assertThat(together).isGreaterThan(100);
  }

  @Test
  void anyRunOfABatchIsAnExchangeAndLinesCanBeTakenOut() throws NotAnExchangeException {
    LineBatch batch = new LineBatch();
    for (int i = 0; i < 200; i++) {
      byte[] line = (" ".repeat(i % 3) + "{\"n\":" + i + "}").getBytes(StandardCharsets.UTF_8);
      batch.add(line, 0, line.length, i);
    }
    assertThat(batch.parse(7, 12).rows().toString())
        .isEqualTo("[{\"n\":7}, {\"n\":8}, {\"n\":9}, {\"n\":10}, {\"n\":11}]");
    assertThat(batch.bytes(0, 3)).isEqualTo(7 + 8 + 9);
    assertThat(batch.bytes(5, 5)).isZero();

    batch.remove(199);
    batch.remove(0);
    batch.remove(50);
    assertThat(batch.size()).isEqualTo(197);
    assertThat(batch.number(50)).isEqualTo(52);
    assertThat(batch.parse(49, 51).rows().toString()).isEqualTo("[{\"n\":50}, {\"n\":52}]");
    assertThat(batch.parse(0, 197).rows()).hasSize(197);

    byte[] bad = "{nothing}".getBytes(StandardCharsets.UTF_8);
    batch.add(bad, 0, bad.length, 200);
    assertThatThrownBy(() -> batch.parse(0, 198)).isInstanceOf(NotAnExchangeException.class);
  }
}
