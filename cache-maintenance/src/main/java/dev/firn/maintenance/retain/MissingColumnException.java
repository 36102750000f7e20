package dev.firn.maintenance.retain;

/**
 * A table lacks a declared column. If other tables of the dataset have it, this one is left out.
 */
final class MissingColumnException extends RetentionException {
  private final String what;
  private final String column;

  /**
   * @param declaredAs for example {@code key}
   */
  MissingColumnException(String declaredAs, String column) {
    super(declaredAs + " \"" + column + "\" is not in the table");
    this.what = declaredAs + " \"" + column + "\"";
    this.column = column;
  }

  /** For example {@code key "id"}. */
  String what() {
    return what;
  }

  String column() {
    return column;
  }
}
