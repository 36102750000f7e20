package dev.firn.cli.query;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts what is typed, line by line, into queries: each ends with a semicolon that stands neither in
 * quotes nor in a comment. What has neither a word nor a sign outside of comments is no query.
 */
final class TypedQueries {
  private enum Place {
    PLAIN,
    TEXT,
    ESCAPED_TEXT,
    NAME,
    LINE_COMMENT,
    BLOCK_COMMENT,
    DOLLARS
  }

  private final StringBuilder text = new StringBuilder();
  private Place place = Place.PLAIN;
  private int at; // up to where it has been looked at
  private int depth; // of block comments
  private String dollars = "";
  private boolean meaning;

  /** True if what was typed since the last query may be followed by anything. */
  boolean isBetween() {
    return !meaning && (place == Place.PLAIN || place == Place.LINE_COMMENT);
  }

  /** True within quotes. */
  boolean isQuoted() {
    return switch (place) {
      case TEXT, ESCAPED_TEXT, NAME, DOLLARS -> true;
      case PLAIN, LINE_COMMENT, BLOCK_COMMENT -> false;
    };
  }

  /** Takes a line; answers with the queries that end in it. */
  List<String> add(String line) {
    text.append(line).append('\n');
    List<String> queries = new ArrayList<>();
    while (at < text.length()) {
      if (place == Place.PLAIN && text.charAt(at) == ';') {
        String query = text.substring(0, at);
        text.delete(0, at + 1);
        at = 0;
        if (meaning) {
          queries.add(query);
        }
        meaning = false;
      } else {
        step();
      }
    }
    return queries;
  }

  /** What is left at the end of all; empty if it is no query. */
  String rest() {
    return meaning ? text.toString() : "";
  }

  private boolean starts(String word) {
    return text.indexOf(word, at) == at;
  }

  private void step() {
    char c = text.charAt(at++);
    switch (place) {
      case PLAIN -> plain(c);
      case TEXT -> leave(c == '\'');
      case NAME -> leave(c == '"');
      case LINE_COMMENT -> leave(c == '\n');
      case ESCAPED_TEXT -> {
        at += c == '\\' ? 1 : 0;
        leave(c == '\'');
      }
      case BLOCK_COMMENT -> {
        at--;
        if (starts("*/")) {
          at += 2;
          leave(--depth == 0);
        } else {
          depth += starts("/*") ? 1 : 0;
          at += starts("/*") ? 2 : 1;
        }
      }
      case DOLLARS -> {
        at--;
        boolean end = starts(dollars);
        at += end ? dollars.length() : 1;
        leave(end);
      }
    }
  }

  private void leave(boolean end) {
    if (end) {
      place = Place.PLAIN;
    }
  }

  private void plain(char c) {
    at--;
    if (starts("--")) {
      place = Place.LINE_COMMENT;
      at += 2;
      return;
    }
    if (starts("/*")) {
      place = Place.BLOCK_COMMENT;
      depth = 1;
      at += 2;
      return;
    }
    meaning |= !Character.isWhitespace(c);
    String tag = c == '$' ? tag() : "";
    at += Math.max(1, tag.length());
    if (!tag.isEmpty()) {
      dollars = tag;
      place = Place.DOLLARS;
    } else if (c == '\'') {
      place = isEscaped() ? Place.ESCAPED_TEXT : Place.TEXT;
    } else if (c == '"') {
      place = Place.NAME;
    }
  }

  /** {@code $$} or {@code $tag$} here; empty if it is none, as in {@code $1}. */
  private String tag() {
    int end = at + 1;
    while (end < text.length()
        && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '_')) {
      end++;
    }
    boolean tag =
        end < text.length()
            && text.charAt(end) == '$'
            && !Character.isDigit(text.charAt(at + 1))
            && !isInWord(at - 1);
    return tag ? text.substring(at, end + 1) : "";
  }

  /** True if an {@code e} stands before the quote just passed, as in {@code e'a\'b'}. */
  private boolean isEscaped() {
    return at >= 2 && Character.toLowerCase(text.charAt(at - 2)) == 'e' && !isInWord(at - 3);
  }

  private boolean isInWord(int index) {
    return index >= 0
        && (Character.isLetterOrDigit(text.charAt(index)) || text.charAt(index) == '_');
  }
}
