package dev.firn.smoke.flow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;

/**
 * A command that has ended, and what it must have said. Each check fails with all that is known.
 *
 * @param command as one would type it
 * @param out lines of standard output
 */
record Ran(String command, int exitCode, List<String> out, String err) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  Ran {
    out = List.copyOf(out);
  }

  Ran exits(int expected) {
    if (exitCode != expected) {
      throw failure("expected exit code " + expected + ", found " + exitCode);
    }
    return this;
  }

  Ran says(String words) {
    if (!err.contains(words) && out.stream().noneMatch(line -> line.contains(words))) {
      throw failure("expected it to say \"" + words + "\"");
    }
    return this;
  }

  /** The one JSON document that standard output is. */
  JsonNode json() {
    try {
      return JSON.readTree(String.join("\n", out));
    } catch (JsonProcessingException e) {
      throw failure("expected one JSON document: " + e.getOriginalMessage());
    }
  }

  FlowFailure failure(String what) {
    return new FlowFailure(
        "$ " + command + "\n" + String.join("\n", out) + "\n" + err.strip() + "\n" + what);
  }
}
