package dev.firn.core.condition;

import dev.firn.core.condition.Syntax.Column;
import dev.firn.core.condition.Syntax.Literal;
import dev.firn.core.condition.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads a condition by recursive descent:
 *
 * <pre>
 * any        = all { OR all }
 * all        = not { AND not }
 * not        = { NOT } ( "(" any ")" | test )
 * test       = literal operator column | TRUE | FALSE | NULL
 *            | column [ operator literal | [NOT] IN "(" literal { "," literal } ")"
 *                     | [NOT] LIKE literal | [NOT] BETWEEN literal AND literal | IS [NOT] NULL ]
 * </pre>
 *
 * <p>Only parentheses recurse, to {@value #MAX_DEPTH} levels; chains of AND, OR and NOT do not.
 */
final class Parser {
  static final int MAX_CHARACTERS = 1 << 16;
  static final int MAX_DEPTH = 100;

  private static final Set<String> KEYWORDS =
      Set.of("and", "or", "not", "in", "like", "between", "is", "null", "true", "false");

  private final String text;
  private final List<Token> tokens;
  private int at;
  private int depth;

  private Parser(String text) {
    this.text = text;
    this.tokens = Lexer.split(text);
  }

  /**
   * @throws InvalidConditionException if the text is no condition, or too long
   */
  static Syntax parse(String text) {
    if (text.length() > MAX_CHARACTERS) {
      throw new InvalidConditionException(
          text,
          MAX_CHARACTERS,
          "a condition has at most " + MAX_CHARACTERS + " characters, this one " + text.length());
    }
    Parser parser = new Parser(text);
    Syntax condition = parser.any();
    if (parser.peek().kind() != Kind.END) {
      throw parser.expected("AND, OR or the end");
    }
    return condition;
  }

  private Syntax any() {
    List<Syntax> parts = new ArrayList<>();
    do {
      parts.add(all());
    } while (skipWord("or"));
    return parts.size() == 1 ? parts.get(0) : new Syntax.Any(parts);
  }

  private Syntax all() {
    List<Syntax> parts = new ArrayList<>();
    do {
      parts.add(not());
    } while (skipWord("and"));
    return parts.size() == 1 ? parts.get(0) : new Syntax.All(parts);
  }

  private Syntax not() {
    boolean negated = false;
    while (skipWord("not")) {
      negated = !negated;
    }
    Syntax part;
    if (skipSymbol("(")) {
      if (++depth > MAX_DEPTH) {
        throw new InvalidConditionException(
            text, previous().position(), "parentheses are nested more than " + MAX_DEPTH + " deep");
      }
      part = any();
      requireSymbol(")", "AND, OR or \")\"");
      depth--;
    } else {
      part = test();
    }
    return negated ? new Syntax.Not(part) : part;
  }

  private Syntax test() {
    if (isLiteral()) {
      Literal literal = literal();
      if (isOperator()) {
        Operator operator = operator();
        return new Syntax.Comparison(column(), operator.flipped(), literal);
      }
      if (literal instanceof Syntax.Flag flag) {
        return new Syntax.Constant(Truth.of(flag.value()));
      }
      if (literal instanceof Syntax.Null) {
        return new Syntax.Constant(Truth.UNKNOWN);
      }
      throw expected("a comparison after " + literal.shown());
    }
    Column column = column();
    if (isOperator()) {
      return new Syntax.Comparison(column, operator(), literal());
    }
    if (skipWord("is")) {
      boolean negated = skipWord("not");
      requireWord("null");
      return negated(negated, new Syntax.IsNull(column));
    }
    boolean negated = peek().isWord("not");
    if (negated) {
      at++;
    }
    if (skipWord("in")) {
      return negated(negated, new Syntax.In(column, literals()));
    }
    if (skipWord("like")) {
      return negated(negated, new Syntax.Like(column, literal()));
    }
    if (skipWord("between")) {
      Literal lower = literal();
      requireWord("and");
      return negated(
          negated,
          new Syntax.All(
              List.of(
                  new Syntax.Comparison(column, Operator.GREATER_OR_EQUAL, lower),
                  new Syntax.Comparison(column, Operator.LESS_OR_EQUAL, literal()))));
    }
    if (negated) {
      throw expected("IN, LIKE or BETWEEN");
    }
    return new Syntax.Holds(column);
  }

  private static Syntax negated(boolean negated, Syntax test) {
    return negated ? new Syntax.Not(test) : test;
  }

  private List<Literal> literals() {
    requireSymbol("(", "\"(\" and a list of literals");
    List<Literal> literals = new ArrayList<>();
    do {
      literals.add(literal());
    } while (skipSymbol(","));
    requireSymbol(")", "\",\" or \")\"");
    return literals;
  }

  private boolean isOperator() {
    return peek().kind() == Kind.SYMBOL
        && (peek().isSymbol("!=")
            || List.of(Operator.values()).stream().anyMatch(o -> peek().isSymbol(o.symbol())));
  }

  private Operator operator() {
    Token token = next();
    for (Operator operator : Operator.values()) {
      if (token.isSymbol(operator.symbol())) {
        return operator;
      }
    }
    return Operator.NOT_EQUAL;
  }

  private Column column() {
    Token token = peek();
    boolean keyword = KEYWORDS.contains(token.text().toLowerCase(Locale.ROOT));
    if (token.kind() != Kind.QUOTED_NAME && (token.kind() != Kind.NAME || keyword)) {
      throw expected("a column");
    }
    at++;
    if (peek().isSymbol("(")) {
      throw new InvalidConditionException(
          text,
          token.position(),
          "a condition has no functions, and found \"" + token.text() + "\"");
    }
    return new Column(token.text(), token.position());
  }

  private boolean isLiteral() {
    Token token = peek();
    return token.kind() == Kind.TEXT
        || token.kind() == Kind.NUMBER
        || token.isSymbol("-")
        || token.isSymbol("+")
        || token.isWord("true")
        || token.isWord("false")
        || token.isWord("null")
        || isTypedText();
  }

  /** {@code DATE '2026-01-31'}: what the text is follows from the column, the word is no news. */
  private boolean isTypedText() {
    return (peek().isWord("date") || peek().isWord("timestamp") || peek().isWord("timestamptz"))
        && tokens.get(at + 1).kind() == Kind.TEXT;
  }

  private Literal literal() {
    if (!isLiteral()) {
      throw expected("a literal (a number, 'text', TRUE, FALSE or NULL)");
    }
    if (isTypedText()) {
      at++;
    }
    Token token = next();
    int position = token.position();
    if (token.kind() == Kind.SYMBOL) {
      if (peek().kind() != Kind.NUMBER) {
        throw expected("a number after \"" + token.text() + "\"");
      }
      return new Syntax.Number((token.isSymbol("-") ? "-" : "") + next().text(), position);
    }
    if (token.kind() == Kind.TEXT) {
      return new Syntax.Text(token.text(), position);
    }
    if (token.kind() == Kind.NUMBER) {
      return new Syntax.Number(token.text(), position);
    }
    return token.isWord("null")
        ? new Syntax.Null(position)
        : new Syntax.Flag(token.isWord("true"), position);
  }

  private Token peek() {
    return tokens.get(at);
  }

  private Token next() {
    return tokens.get(at++);
  }

  private Token previous() {
    return tokens.get(at - 1);
  }

  private boolean skipWord(String word) {
    boolean found = peek().isWord(word);
    at += found ? 1 : 0;
    return found;
  }

  private boolean skipSymbol(String symbol) {
    boolean found = peek().isSymbol(symbol);
    at += found ? 1 : 0;
    return found;
  }

  private void requireWord(String word) {
    if (!skipWord(word)) {
      throw expected(word.toUpperCase(Locale.ROOT));
    }
  }

  private void requireSymbol(String symbol, String expected) {
    if (!skipSymbol(symbol)) {
      throw expected(expected);
    }
  }

  private InvalidConditionException expected(String what) {
    return new InvalidConditionException(
        text, peek().position(), "expected " + what + ", found " + peek().shown());
  }
}
