package dev.firn.core.condition;

import java.util.List;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * A condition on the columns of one schema. Immutable; may be shared by threads.
 *
 * <p>Values are in Iceberg's internal form: {@link Integer}, {@link Long}, {@link Float}, {@link
 * Double}, {@link Boolean}, {@link CharSequence}, {@link java.math.BigDecimal}, {@link
 * java.util.UUID}, days as Integer, times as Long in the column's unit. Of a column that is only
 * asked whether it is null, any object that is not null will do.
 */
public final class Bound {

  /** The values of one row. */
  @FunctionalInterface
  public interface Row {
    /**
     * @param column its number in {@link Bound#columns}
     */
    @Nullable Object value(int column);
  }

  /** What is known of the values of many rows. */
  @FunctionalInterface
  public interface Statistics {
    /**
     * @param column its number in {@link Bound#columns}
     */
    ColumnStatistics of(int column);
  }

  private final Test test;
  private final List<Types.NestedField> columns;

  Bound(Test test, List<Types.NestedField> columns) {
    this.test = test;
    this.columns = List.copyOf(columns);
  }

  /** The columns that it asks for, by number. */
  public List<Types.NestedField> columns() {
    return columns;
  }

  /** Whether it is true of a row. */
  public Truth test(Row row) {
    return test.of(row);
  }

  /** False only if it is not true of any row that has these statistics. */
  public boolean mayMatch(Statistics statistics) {
    return test.mayBeTrue(statistics);
  }
}
