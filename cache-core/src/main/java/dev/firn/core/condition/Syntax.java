package dev.firn.core.condition;

import java.util.List;

/** A condition as it was written, before it is known what its columns are. */
sealed interface Syntax {

  private static String shortened(String text) {
    return text.codePointCount(0, text.length()) <= 40
        ? text
        : text.substring(0, text.offsetByCodePoints(0, 40)) + "...";
  }

  /** A literal. */
  sealed interface Literal {
    /** Where it stands. */
    int position();

    /** As a message names it. */
    String shown();
  }

  record Text(String value, int position) implements Literal {
    @Override
    public String shown() {
      return "the text '" + shortened(value) + "'";
    }
  }

  /**
   * @param digits with its sign
   */
  record Number(String digits, int position) implements Literal {
    @Override
    public String shown() {
      return "the number " + shortened(digits);
    }
  }

  record Flag(boolean value, int position) implements Literal {
    @Override
    public String shown() {
      return value ? "TRUE" : "FALSE";
    }
  }

  record Null(int position) implements Literal {
    @Override
    public String shown() {
      return "NULL";
    }
  }

  record Column(String name, int position) {}

  record All(List<Syntax> parts) implements Syntax {
    public All {
      parts = List.copyOf(parts);
    }
  }

  record Any(List<Syntax> parts) implements Syntax {
    public Any {
      parts = List.copyOf(parts);
    }
  }

  record Not(Syntax part) implements Syntax {}

  /** TRUE, FALSE or NULL by itself. */
  record Constant(Truth value) implements Syntax {}

  /** A column of booleans by itself. */
  record Holds(Column column) implements Syntax {}

  record Comparison(Column column, Operator operator, Literal literal) implements Syntax {}

  record In(Column column, List<Literal> literals) implements Syntax {
    public In {
      literals = List.copyOf(literals);
    }
  }

  record Like(Column column, Literal pattern) implements Syntax {}

  record IsNull(Column column) implements Syntax {}
}
