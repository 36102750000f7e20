package dev.firn.core.condition;

/** A literal, as the values of one column are compared with it. */
@FunctionalInterface
interface Point {
  /**
   * @param value of the column, in Iceberg's internal form
   * @return negative, zero or positive as the value is less than, equal to or greater than this
   */
  int compare(Object value);
}
