package dev.firn.cli.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TypedQueriesTest {

  /** The queries of some lines, {@code |} between them, and behind {@code +} what is left. */
  private static String cut(String... lines) {
    TypedQueries typed = new TypedQueries();
    List<String> queries = new ArrayList<>();
    for (String line : lines) {
      queries.addAll(typed.add(line));
    }
    return String.join("|", queries.stream().map(String::strip).toList())
        + (typed.rest().isEmpty() ? "" : "+" + typed.rest().strip());
  }

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "a; # a",
        "a; b # a+b",
        "a; b;c ;; ; # a|b|c",
        "';'; # ';'",
        "'it''s; so'; b # 'it''s; so'+b",
        "\"a;b\"\"c;\"; d; # \"a;b\"\"c;\"|d",
        "e'it\\'s;'; b; # e'it\\'s;'|b",
        "E'\\\\'; b; # E'\\\\'|b",
        "'\\'; b; # '\\'|b",
        "bee'\\'; c; # bee'\\'|c",
        "a -- b; c' # +a -- b; c'",
        "a /* b; ' */ ; c; # a /* b; ' */|c",
        "/* a /* b */ ; */ c; # /* a /* b */ ; */ c",
        "/* a */; -- b; # ``",
        "$$a;'$$; b; # $$a;'$$|b",
        "$x$a;$$;$x$; b; # $x$a;$$;$x$|b",
        "$1; $a; a$b$; # $1|$a|a$b$",
        "1-2; 4/2*3; # 1-2|4/2*3",
      })
  void queriesEndWithSemicolonsOutsideOfQuotesAndComments(String line, String queries) {
    assertThat(cut(line)).isEqualTo(queries);
  }

  @Test
  void whatIsOpenAtTheEndOfALineIsOpenInTheNext() {
    assertThat(cut("a 'b;", "c;' d;")).isEqualTo("a 'b;\nc;' d");
    assertThat(cut("/* a;", "b;", "*/ c;")).isEqualTo("/* a;\nb;\n*/ c");
    assertThat(cut("-- it's a remark;", "a;")).isEqualTo("-- it's a remark;\na");

    TypedQueries typed = new TypedQueries();
    assertThat(typed.isBetween()).isTrue();
    typed.add("-- a remark");
    assertThat(typed.isBetween()).isTrue();
    typed.add("/* one that");
    assertThat(typed.isBetween()).isFalse();
    typed.add("ends */ SELECT 'a");
    assertThat(typed.isQuoted()).isTrue();
    typed.add("b'");
    assertThat(typed.isQuoted() || typed.isBetween()).isFalse();
    assertThat(typed.add(";")).hasSize(1);
    assertThat(typed.isBetween()).isTrue();
  }
}
