package dev.firn.cli.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "999, 999 B",
    "1000, 1.0 KB",
    "9949, 9.9 KB",
    "9950, 10 KB",
    "91234, 91 KB",
    "999499, 999 KB",
    "999500, 1.0 MB",
    "134217728, 134 MB",
    "9223372036854775807, 9.2 EB"
  })
  void bytesHaveTwoOrThreeDigits(long bytes, String text) {
    assertThat(ByteSize.format(bytes)).isEqualTo(text);
  }

  /** What is formatted by hand, against Java's way. */
  @Test
  void bytesAndCountsAreRoundedAndGroupedAsJavaDoes() {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      long digits = (long) Math.pow(10, random.nextInt(15));
      long number = i < 12_000 ? i : digits + random.nextInt(20_000) * Math.max(1, digits / 10_000);
      double value = number;
      int unit = 0;
      while (value >= (unit == 0 ? 1000 : 999.5)) {
        value /= 1000;
        unit++;
      }
      String form = unit > 0 && value < 9.95 ? "%.1f %s" : "%.0f %s";

      assertThat(ByteSize.format(number))
          .as("%s", number)
          .isEqualTo(
              String.format(
                  Locale.ROOT, form, value, List.of("B", "KB", "MB", "GB", "TB").get(unit)));
      assertThat(Counted.number(-number)).isEqualTo(String.format(Locale.ROOT, "%,d", -number));
      assertThat(Counted.number(number)).isEqualTo(String.format(Locale.ROOT, "%,d", number));
    }
  }

  @ParameterizedTest
  @CsvSource({"500ms, PT0.5S", "30s, PT30S", "5m, PT5M", "2h, PT2H", "1d, PT24H", "0s, PT0S"})
  void durationsAreANumberAndAUnit(String text, Duration duration) {
    assertThat(Durations.parse(text)).isEqualTo(duration);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "30", "s", "-5s", "1.5h", "5 m", "1w", "1h30m", "99999999999d", "٣s"})
  void anythingElseIsNoDuration(String text) {
    assertThatThrownBy(() -> Durations.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("30s");
  }

  @ParameterizedTest
  @CsvSource({
    "PT0.812S, 812 ms",
    "PT3.21S, 3.2 s",
    "PT90S, 90 s",
    "PT5M, 5 min",
    "PT25H, 25 h",
    "PT72H, 3 days"
  })
  void lengthsOfTimeAreInTheUnitPeopleWouldUse(Duration duration, String text) {
    assertThat(Durations.format(duration)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-01-01T10:00:00Z, 2 h ago",
    "2026-01-02T00:00:00Z, 2026-01-02T00:00:00Z",
    "yesterday, yesterday"
  })
  void anAgeIsToldOnlyIfThereIsOne(String time, String text) {
    assertThat(Durations.ago(time, Instant.parse("2026-01-01T12:00:00Z"))).isEqualTo(text);
  }

  @Test
  void theNearestIsFoundOnlyIfItIsNear() {
    List<String> known = List.of("otel_events", "ai_gateway_messages");

    assertThat(Nearest.to("otel_evnts", known)).contains("otel_events");
    assertThat(Nearest.to("OTEL_EVENTS", known)).contains("otel_events");
    assertThat(Nearest.to("jobs", known)).isEmpty();
    assertThat(Nearest.to("", List.of())).isEmpty();
    assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
  }

  @Test
  void aTableAlignsItsColumnsAndEndsNoLineInBlanks() {
    TextTable table = new TextTable("NAME", ">N", "NOTE");
    table.add("a", "1", "");
    table.add("longer", "1,000", "x");

    assertThat(table.lines())
        .containsExactly("NAME        N  NOTE", "a           1", "longer  1,000  x");
    assertThatThrownBy(() -> table.add("a")).isInstanceOf(IllegalArgumentException.class);
  }
}
