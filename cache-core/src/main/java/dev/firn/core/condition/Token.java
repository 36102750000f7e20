package dev.firn.core.condition;

/**
 * A word of a condition.
 *
 * @param text as it stands there; of quoted ones, what the quotes mean
 * @param position of its first character
 */
record Token(Kind kind, String text, int position) {

  /** What a word can be. */
  enum Kind {
    NAME,
    QUOTED_NAME,
    TEXT,
    NUMBER,
    SYMBOL,
    END
  }

  boolean isSymbol(String symbol) {
    return kind == Kind.SYMBOL && text.equals(symbol);
  }

  /** A keyword in any case; a quoted name is none. */
  boolean isWord(String word) {
    return kind == Kind.NAME && text.equalsIgnoreCase(word);
  }

  /** As a message names it. */
  String shown() {
    return switch (kind) {
      case END -> "the end";
      case TEXT -> "the text '" + shortened() + "'";
      case NUMBER -> "the number " + shortened();
      case NAME, QUOTED_NAME, SYMBOL -> "\"" + shortened() + "\"";
    };
  }

  private String shortened() {
    return text.codePointCount(0, text.length()) <= 40
        ? text
        : text.substring(0, text.offsetByCodePoints(0, 40)) + "...";
  }
}
