package dev.firn.core.condition;

import org.apache.iceberg.Schema;

/**
 * A condition on rows as it was written: columns, literals, {@code = <> != < <= > >= IN LIKE
 * BETWEEN IS NULL AND OR NOT} and parentheses. Means the same as in DuckDB's WHERE.
 *
 * <p>Times are written as text and are UTC unless they say otherwise. Names of columns are found
 * without regard to case; in double quotes they may hold anything.
 */
public final class Condition {
  private final String text;
  private final Syntax syntax;

  private Condition(String text, Syntax syntax) {
    this.text = text;
    this.syntax = syntax;
  }

  /**
   * @throws InvalidConditionException if the text is none
   */
  public static Condition parse(String text) {
    return new Condition(text, Parser.parse(text));
  }

  /**
   * The condition on the columns of a schema.
   *
   * @throws InvalidConditionException if a column is not there, or is of a type that cannot be
   *     asked this
   */
  public Bound bind(Schema schema) {
    Binder binder = new Binder(text, schema);
    Test test = binder.bind(syntax);
    return new Bound(test, binder.columns());
  }

  /** As it was written. */
  @Override
  public String toString() {
    return text;
  }
}
