package dev.firn.cli.query;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.cli.session.Session;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * When what a row tells of happened: the first of some columns that its table has with a time or a
 * date in it.
 */
record EventTime(Types.NestedField column) {
  static final List<String> COLUMNS = List.of("timestamp", "created_at", "recorded_at", "date");

  /** Looked for in this order: the one that the configuration says, then the usual ones. */
  static List<String> columns(Session session, String dataset) throws IOException {
    return Stream.concat(session.config().timeColumn(dataset).stream(), COLUMNS.stream()).toList();
  }

  /** Empty if the schema has none of the columns, or other things in them. */
  static Optional<EventTime> find(Schema schema, List<String> columns) {
    return columns.stream()
        .filter(name -> schema.asStruct().field(name) != null)
        .map(name -> Objects.requireNonNull(schema.asStruct().field(name)))
        .filter(EventTime::isTime)
        .findFirst()
        .map(EventTime::new);
  }

  private static boolean isTime(Types.NestedField field) {
    return switch (field.type().typeId()) {
      case TIMESTAMP, TIMESTAMP_NANO, DATE -> true;
      default -> false;
    };
  }

  /** False if the row has no time. A date lasts until its end; without a zone it is UTC. */
  boolean isNotBefore(Record row, Instant earliest) {
    Object value = row.getField(column.name());
    return isNotBefore(value, earliest);
  }

  /** The same of a row that is no row of a table yet. */
  static boolean isNotBefore(ObjectNode row, List<String> columns, Instant earliest) {
    return columns.stream()
        .filter(row::has)
        .map(column -> time(row.get(column).asText()))
        .flatMap(Optional::stream)
        .findFirst()
        .map(time -> isNotBefore(time, earliest))
        .orElse(false);
  }

  private static Optional<Object> time(String text) {
    try {
      return Optional.of(
          DateTimeFormatter.ISO_DATE_TIME.parseBest(
              text, OffsetDateTime::from, LocalDateTime::from));
    } catch (DateTimeParseException e) {
      return date(text);
    }
  }

  private static Optional<Object> date(String text) {
    try {
      return Optional.of(LocalDate.parse(text));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static boolean isNotBefore(@Nullable Object value, Instant earliest) {
    if (value instanceof OffsetDateTime time) {
      return !time.toInstant().isBefore(earliest);
    }
    if (value instanceof LocalDateTime time) {
      return !time.toInstant(ZoneOffset.UTC).isBefore(earliest);
    }
    if (value instanceof LocalDate date) {
      return !date.isBefore(earliest.atZone(ZoneOffset.UTC).toLocalDate());
    }
    return false;
  }
}
