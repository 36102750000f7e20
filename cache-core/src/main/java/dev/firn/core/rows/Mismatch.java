package dev.firn.core.rows;

/**
 * A value that does not fit.
 *
 * @param row index of its row in the exchange, from 0
 * @param column the name that it came under
 * @param value its JSON, cut after 100 characters
 * @param expected a type, {@code int}, or what is wrong with the name
 */
public record Mismatch(int row, String column, String value, String expected) {
  @Override
  public String toString() {
    return "Row " + row + ", column " + column + ": " + value + " is no " + expected;
  }
}
