package dev.firn.cli.config;

import dev.firn.cli.config.JsonValue.Member;
import dev.firn.cli.config.JsonValue.Members;
import dev.firn.cli.config.JsonValue.Text;
import dev.firn.cli.config.JsonValue.Word;
import dev.firn.cli.text.Nearest;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a value may be. Checking reports every problem and every value that is in order. */
interface Rule {
  void check(String path, JsonValue value, Findings findings);

  /** What checking found so far. */
  final class Findings {
    private final List<ConfigProblem> problems;
    private final Map<String, Object> values = new LinkedHashMap<>();
    private final Map<String, JsonValue> texts = new LinkedHashMap<>();

    Findings(List<ConfigProblem> problems) {
      this.problems = problems;
    }

    /** Values that are in order, by path. */
    Map<String, Object> values() {
      return values;
    }

    /** Where texts stand that are names of something, by path. */
    Map<String, JsonValue> texts() {
      return texts;
    }

    void wrong(String path, JsonValue value, String expected) {
      wrong(path, value, expected, "");
    }

    void wrong(String path, JsonValue value, String expected, String hint) {
      problems.add(
          new ConfigProblem(
              value.line(),
              value.column(),
              path,
              "expected " + expected + ", found " + value.shown() + hint));
    }
  }

  /** A whole number in a range. */
  static Rule whole(long smallest, long largest) {
    return whole(smallest, largest, "0 does not switch it off");
  }

  /**
   * The same.
   *
   * @param zero what to do instead where 0 is out of range and somebody may have meant "off"
   */
  static Rule whole(long smallest, long largest, String zero) {
    String expected = "a whole number from " + smallest + " to " + largest;
    return (path, value, findings) -> {
      if (value instanceof JsonValue.Number number && isWhole(number.digits())) {
        BigInteger found = new BigInteger(number.digits());
        if (found.compareTo(BigInteger.valueOf(smallest)) >= 0
            && found.compareTo(BigInteger.valueOf(largest)) <= 0) {
          findings.values().put(path, found.longValueExact());
          return;
        }
      }
      boolean off = smallest > 0 && value.shown().equals("0");
      findings.wrong(path, value, expected, off ? "; " + zero : "");
    };
  }

  private static boolean isWhole(String digits) {
    return digits.length() < 100
        && digits.chars().allMatch(c -> c == '-' || (c >= '0' && c <= '9'));
  }

  /** True or false. */
  static Rule flag() {
    return (path, value, findings) -> {
      if (value instanceof Word word && !word.word().equals("null")) {
        findings.values().put(path, Boolean.valueOf(word.word()));
      } else {
        findings.wrong(path, value, "true or false");
      }
    };
  }

  /** Text that is not blank. */
  static Rule text(String what) {
    return (path, value, findings) -> {
      if (value instanceof Text text && !text.text().isBlank()) {
        findings.values().put(path, text.text());
        findings.texts().put(path, text);
      } else {
        findings.wrong(path, value, what);
      }
    };
  }

  /** Text of a form. */
  static Rule text(String what, Pattern form) {
    return (path, value, findings) -> {
      if (value instanceof Text text && form.matcher(text.text()).matches()) {
        findings.values().put(path, text.text());
      } else {
        findings.wrong(path, value, what);
      }
    };
  }

  /** One of these words. */
  static Rule oneOf(String... words) {
    List<String> known = List.of(words);
    String expected = known.stream().map(w -> "\"" + w + "\"").collect(Collectors.joining(" or "));
    return (path, value, findings) -> {
      if (value instanceof Text text && known.contains(text.text())) {
        findings.values().put(path, text.text());
      } else {
        String hint = value instanceof Text text ? Nearest.hint(text.text(), known) : "";
        findings.problems.add(
            new ConfigProblem(
                value.line(),
                value.column(),
                path,
                "expected " + expected + ", found " + value.shown() + hint));
      }
    };
  }

  /** An object with these keys and no others, none of them required. */
  static Rule object(Map<String, Rule> rules) {
    return (path, value, findings) -> {
      if (!(value instanceof Members object)) {
        findings.wrong(path, value, "an object");
        return;
      }
      for (Map.Entry<String, Member> entry : object.members().entrySet()) {
        Rule rule = rules.get(entry.getKey());
        Member member = entry.getValue();
        String memberPath = join(path, entry.getKey());
        if (rule == null) {
          findings.problems.add(unknown(memberPath, entry.getKey(), member, rules));
        } else {
          rule.check(memberPath, member.value(), findings);
        }
      }
    };
  }

  private static ConfigProblem unknown(
      String path, String key, Member member, Map<String, Rule> rules) {
    String hint =
        Nearest.to(key, rules.keySet())
            .map(near -> "; did you mean \"" + near + "\"?")
            .orElse("; known here: " + String.join(", ", rules.keySet()));
    return new ConfigProblem(
        member.line(),
        member.column(),
        path,
        "unknown key with value " + member.value().shown() + hint);
  }

  /**
   * An object whose keys are names.
   *
   * @param checkName throws {@link IllegalArgumentException} for what is no name
   */
  static Rule named(Consumer<String> checkName, Rule rule) {
    return (path, value, findings) -> {
      if (!(value instanceof Members object)) {
        findings.wrong(path, value, "an object");
        return;
      }
      for (Map.Entry<String, Member> entry : object.members().entrySet()) {
        String memberPath = join(path, entry.getKey());
        Member member = entry.getValue();
        try {
          checkName.accept(entry.getKey());
        } catch (IllegalArgumentException e) {
          findings.problems.add(
              new ConfigProblem(
                  member.line(), member.column(), memberPath, String.valueOf(e.getMessage())));
          continue;
        }
        rule.check(memberPath, member.value(), findings);
      }
    };
  }

  private static String join(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
