package dev.firn.cli.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.firn.cli.config.JsonValue.Elements;
import dev.firn.cli.config.JsonValue.Member;
import dev.firn.cli.config.JsonValue.Members;
import dev.firn.cli.config.JsonValue.Text;
import dev.firn.cli.config.JsonValue.Word;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads JSON with comments into {@link JsonValue}s, so that whatever is said about a value later
 * can say where it stands. A key that is in an object twice is a problem; its first value counts.
 */
final class JsonTree {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonReadFeature.ALLOW_JAVA_COMMENTS).build();

  private final JsonParser parser;
  private final List<ConfigProblem> problems;

  private JsonTree(JsonParser parser, List<ConfigProblem> problems) {
    this.parser = parser;
    this.problems = problems;
  }

  /**
   * The document, or empty if it is no JSON.
   *
   * @param problems to which syntax errors and double keys are added
   */
  static Optional<JsonValue> parse(byte[] document, List<ConfigProblem> problems) {
    try (JsonParser parser = JSON.createParser(document)) {
      if (parser.nextToken() == null) {
        problems.add(new ConfigProblem(0, 0, "", "is empty; \"{}\" is an empty configuration"));
        return Optional.empty();
      }
      JsonValue value = new JsonTree(parser, problems).value("");
      if (parser.nextToken() != null) {
        JsonLocation location = parser.currentTokenLocation();
        problems.add(
            new ConfigProblem(
                location.getLineNr(),
                location.getColumnNr(),
                "",
                "the document has ended, but more follows"));
      }
      return Optional.of(value);
    } catch (JsonProcessingException e) {
      JsonLocation location = e.getLocation();
      problems.add(
          new ConfigProblem(
              location == null ? 0 : location.getLineNr(),
              location == null ? 0 : location.getColumnNr(),
              "",
              // where an object began, it says in the words of the library
              "no valid JSON: "
                  + e.getOriginalMessage().replaceFirst(" \\(start marker at .*", "")));
      return Optional.empty();
    } catch (CharConversionException e) { // zeroes at its start look like UTF-32
      problems.add(
          new ConfigProblem(0, 0, "", "no valid JSON: " + e.getMessage() + "; expected UTF-8"));
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JsonValue value(String path) throws IOException {
    JsonLocation location = parser.currentTokenLocation();
    int line = location.getLineNr();
    int column = location.getColumnNr();
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_OBJECT) {
      return new Members(line, column, members(path));
    }
    if (token == JsonToken.START_ARRAY) {
      List<JsonValue> elements = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        elements.add(value(path));
      }
      return new Elements(line, column, elements);
    }
    if (token == JsonToken.VALUE_STRING) {
      return new Text(line, column, parser.getText());
    }
    return token.isNumeric()
        ? new JsonValue.Number(line, column, parser.getText())
        : new Word(line, column, parser.getText());
  }

  private Map<String, Member> members(String path) throws IOException {
    Map<String, Member> members = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      String keyPath = path.isEmpty() ? key : path + "." + key;
      JsonLocation location = parser.currentTokenLocation();
      int line = location.getLineNr();
      int column = location.getColumnNr();
      parser.nextToken();
      JsonValue value = value(keyPath);
      Member first = members.putIfAbsent(key, new Member(line, column, value));
      if (first != null) {
        problems.add(
            new ConfigProblem(
                line, column, keyPath, "is given twice, first in line " + first.line()));
      }
    }
    return members;
  }
}
