package dev.firn.cli.query;

import dev.firn.cli.session.Session;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;

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
