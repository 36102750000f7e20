package dev.firn.cli.sql;

import dev.firn.cli.sql.Results.Column;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * What rows are, whatever their order: how many, and the sum of a hash of each over all its values
 * in their order. A row that is missing, there twice or changed, and a value that went to another
 * column, give another one.
 *
 * @param rowBytes of text and binary in an average row
 */
record Fingerprint(long rows, BigInteger sum, long rowBytes) {

  /**
   * @param columns in {@code from}, by name
   * @param from what stands behind FROM
   */
  static Fingerprint of(Statement statement, List<Column> columns, String from)
      throws SQLException {
    String values = columns.stream().map(Fingerprint::value).collect(Collectors.joining(", "));
    String bytes = columns.stream().map(Fingerprint::size).collect(Collectors.joining(" + "));
    String query =
        "SELECT count(*), CAST(coalesce(sum(CAST(hash(%s) AS HUGEINT)), 0) AS VARCHAR),"
                .formatted(values)
            + " coalesce(avg(%s), 0) FROM %s".formatted(bytes, from);
    try (ResultSet result = statement.executeQuery(query)) {
      result.next();
      return new Fingerprint(
          result.getLong(1),
          new BigInteger(Objects.requireNonNull(result.getString(2))),
          (long) result.getDouble(3));
    }
  }

  /** What JSON is in a file of Parquet is text; the rest is what it is here. */
  private static String value(Column column) {
    String name = Sql.name(column.name());
    return column.type().equals("JSON") ? "CAST(" + name + " AS VARCHAR)" : name;
  }

  private static String size(Column column) {
    String name = Sql.name(column.name());
    return switch (column.type()) {
      case "VARCHAR", "JSON" -> "coalesce(strlen(" + name + "), 0)";
      case "BLOB" -> "coalesce(octet_length(" + name + "), 0)";
      default ->
          column.type().contains("VARCHAR") || column.type().contains("BLOB")
              ? "coalesce(strlen(CAST(" + name + " AS VARCHAR)), 0)"
              : "8";
    };
  }

  boolean sameRows(Fingerprint other) {
    return rows == other.rows && sum.equals(other.sum);
  }
}
