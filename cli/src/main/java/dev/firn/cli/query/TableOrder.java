package dev.firn.cli.query;

import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.iceberg.NullOrder;
import org.apache.iceberg.TableMetadata;

/** A table's partition spec and sort order in words. */
final class TableOrder {

  private TableOrder() {}

  /** {@code client_name, day(timestamp)}. */
  static String spec(TableMetadata metadata) {
    return metadata.spec().fields().stream()
        .map(f -> applied(f.transform().toString(), column(metadata, f.sourceId())))
        .collect(Collectors.joining(", "));
  }

  /** {@code client_name asc, timestamp desc nulls last}. */
  static String sort(TableMetadata metadata) {
    return metadata.sortOrder().fields().stream()
        .map(
            f ->
                applied(f.transform().toString(), column(metadata, f.sourceId()))
                    + " "
                    + f.direction().toString().toLowerCase(Locale.ROOT)
                    + (f.nullOrder() == NullOrder.NULLS_FIRST ? " nulls first" : " nulls last"))
        .collect(Collectors.joining(", "));
  }

  private static String column(TableMetadata metadata, int fieldId) {
    String name = metadata.schema().findColumnName(fieldId);
    return name == null ? "field " + fieldId : name;
  }

  private static String applied(String transform, String column) {
    return transform.equals("identity") ? column : transform + "(" + column + ")";
  }
}
