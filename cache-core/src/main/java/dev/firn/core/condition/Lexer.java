package dev.firn.core.condition;

import dev.firn.core.condition.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/** Splits a condition into its words. */
final class Lexer {
  private static final List<String> SYMBOLS =
      List.of("<>", "!=", "<=", ">=", "=", "<", ">", "(", ")", ",", "-", "+");

  private final String text;
  private int at;

  private Lexer(String text) {
    this.text = text;
  }

  /** The words, the last one being the end. */
  static List<Token> split(String text) {
    Lexer lexer = new Lexer(text);
    List<Token> tokens = new ArrayList<>();
    Token token;
    do {
      token = lexer.next();
      tokens.add(token);
    } while (token.kind() != Kind.END);
    return List.copyOf(tokens);
  }

  private Token next() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    if (at == text.length()) {
      return new Token(Kind.END, "", at);
    }
    char first = text.charAt(at);
    if (first == '\'') {
      return quoted(Kind.TEXT, '\'', "text");
    }
    if (first == '"') {
      return quoted(Kind.QUOTED_NAME, '"', "name");
    }
    if (isDigit(at) || (first == '.' && isDigit(at + 1))) {
      return number();
    }
    int start = at;
    if (Character.isUnicodeIdentifierStart(text.codePointAt(at)) || first == '_') {
      while (at < text.length() && isNamePart(text.codePointAt(at))) {
        at += Character.charCount(text.codePointAt(at));
      }
      return new Token(Kind.NAME, text.substring(start, at), start);
    }
    for (String symbol : SYMBOLS) {
      if (text.startsWith(symbol, at)) {
        at += symbol.length();
        return new Token(Kind.SYMBOL, symbol, start);
      }
    }
    String found = Character.toString(text.codePointAt(at));
    throw new InvalidConditionException(
        text, at, "a condition has no \"" + found + "\" outside of quotes");
  }

  private static boolean isNamePart(int character) {
    return Character.isUnicodeIdentifierPart(character)
            && !Character.isIdentifierIgnorable(character)
        || character == '$';
  }

  private Token quoted(Kind kind, char quote, String what) {
    int start = at;
    StringBuilder value = new StringBuilder();
    for (at++; at < text.length(); at++) {
      if (text.charAt(at) != quote) {
        value.append(text.charAt(at));
      } else if (at + 1 < text.length() && text.charAt(at + 1) == quote) {
        value.append(quote);
        at++;
      } else {
        at++;
        return new Token(kind, value.toString(), start);
      }
    }
    throw new InvalidConditionException(text, start, "this " + what + " has no closing " + quote);
  }

  private Token number() {
    int start = at;
    digits();
    if (at < text.length() && text.charAt(at) == '.') {
      at++;
      digits();
    }
    if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
      at++;
      if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
        at++;
      }
      if (!isDigit(at)) {
        throw new InvalidConditionException(text, at, "expected the digits of an exponent");
      }
      digits();
    }
    if (at < text.length() && isNamePart(text.codePointAt(at))) {
      throw new InvalidConditionException(text, at, "expected the end of a number");
    }
    return new Token(Kind.NUMBER, text.substring(start, at), start);
  }

  private void digits() {
    while (isDigit(at)) {
      at++;
    }
  }

  private boolean isDigit(int index) {
    return index < text.length() && text.charAt(index) >= '0' && text.charAt(index) <= '9';
  }
}
