package dev.firn.maintenance.retain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventTimeTest {

  private static EventTime of(Type type) {
    return new EventTime(Types.NestedField.optional(1, "timestamp", type));
  }

  private static Object time(Type type, Object value) {
    long micros = of(type).micros(value);
    return micros == EventTime.NONE ? "none" : EventTime.instant(micros).toString();
  }

  @ParameterizedTest
  @CsvSource({
    "2026-03-29T01:30:00Z, 2026-03-29T01:30:00Z",
    "2026-03-29T02:30:00+01:00, 2026-03-29T01:30:00Z",
    "2026-03-28 20:30:00-0500, 2026-03-29T01:30:00Z",
    "2026-03-29 01:30:00.123456789, 2026-03-29T01:30:00.123456Z",
    "2026-03-29T01:30, 2026-03-29T01:30:00Z",
    "2026-03-29 01:30:00 +00:00, 2026-03-29T01:30:00Z",
    "2024-02-29T23:59:60Z, none",
    "2024-02-29, 2024-02-29T23:59:59.999999Z",
    "2026-02-29, none",
    "yesterday, none",
    "'', none",
    "1700000000, none",
    "2026-03-29T25:00:00Z, none",
    "2026-03-29Tgarbage, none",
  })
  void textIsReadAsATimeOrIsNone(String text, String expected) {
    assertThat(time(Types.StringType.get(), text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "1700000000, 2023-11-14T22:13:20Z",
    "1700000000123, 2023-11-14T22:13:20.123Z",
    "1700000000123456, 2023-11-14T22:13:20.123456Z",
    "1700000000123456789, 2023-11-14T22:13:20.123456Z",
    "0, none",
    "-1, none",
    "99999999, none",
    "100000000, 1973-03-03T09:46:40Z",
    "99999999999, 5138-11-16T09:46:39Z",
    "100000000000, 1973-03-03T09:46:40Z",
  })
  void theUnitOfAnEpochIsToldByItsSize(long value, String expected) {
    assertThat(time(Types.LongType.get(), value)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "1700000000.5, 2023-11-14T22:13:20.500Z",
    "1700000000123.0, 2023-11-14T22:13:20.123Z",
    "NaN, none",
    "Infinity, none",
    "-Infinity, none",
    "0.5, none",
  })
  void aFractionOfAnEpochCounts(double value, String expected) {
    assertThat(time(Types.DoubleType.get(), value)).isEqualTo(expected);
  }

  @Test
  void aDateLastsUntilTheEndOfItsDay() {
    int leapDay = (int) java.time.LocalDate.parse("2024-02-29").toEpochDay();
    assertThat(time(Types.DateType.get(), leapDay)).isEqualTo("2024-02-29T23:59:59.999999Z");
    assertThat(time(Types.TimestampNanoType.withZone(), -1L))
        .isEqualTo("1969-12-31T23:59:59.999999Z");
    assertThat(time(Types.TimestampType.withoutZone(), 5L))
        .isEqualTo("1970-01-01T00:00:00.000005Z");
  }

  @Test
  void theFirstUsualColumnThatCanBeATimeIsTaken() {
    Schema schema =
        new Schema(
            Types.NestedField.optional(1, "date", Types.DateType.get()),
            Types.NestedField.optional(2, "created_at", Types.StringType.get()),
            Types.NestedField.optional(3, "timestamp", Types.BooleanType.get()));
    assertThat(EventTime.find(schema).orElseThrow().column().name()).isEqualTo("created_at");
    assertThat(EventTime.find(new Schema())).isEmpty();
    assertThatThrownBy(() -> EventTime.declared(schema, "timestamp"))
        .hasMessageContaining("is of type boolean");
    assertThatThrownBy(() -> EventTime.declared(schema, "ts")).hasMessageContaining("not in");
  }

  @ParameterizedTest
  @ValueSource(longs = {1_700_000_000L, 1_700_000_000_000L})
  void boundsOfOneMagnitudeBoundTheTimesBetween(long lower) {
    assertThat(of(Types.LongType.get()).isOrdered(lower, lower + 1)).isTrue();
    assertThat(of(Types.LongType.get()).isOrdered(lower, lower * 1000)).isFalse();
    assertThat(of(Types.LongType.get()).isOrdered(0L, lower)).isFalse();
    assertThat(of(Types.StringType.get()).isOrdered("2026", "2027")).isFalse();
    assertThat(EventTime.micros(Instant.EPOCH)).isZero();
  }
}
