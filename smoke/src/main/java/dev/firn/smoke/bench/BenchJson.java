package dev.firn.smoke.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The figures of a run as JSON, with all that is needed to take them again. */
final class BenchJson {

  private BenchJson() {}

  static ObjectNode of(BenchOptions options, Machine machine, List<Outcome> outcomes) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("at", machine.time().toString());
    json.put("commit", machine.commit());
    json.put("java", machine.java());
    json.put("system", machine.system());
    json.put("cores", machine.cores());
    json.put("loadAverage", machine.load());
    json.put("scale", options.scale());
    json.put("rounds", options.rounds());
    ArrayNode benchmarks = json.putArray("benchmarks");
    for (Outcome outcome : outcomes) {
      ObjectNode node = benchmarks.addObject();
      node.put("name", outcome.benchmark());
      node.put("input", outcome.input());
      outcome.engines().forEach(engine -> engine(node.withArray("engines").addObject(), engine));
      outcome.targets().forEach(target -> target(node.withArray("targets").addObject(), target));
    }
    return json;
  }

  private static void engine(ObjectNode node, Engine engine) {
    node.put("name", engine.name());
    node.put("command", String.join(" ", engine.command()));
    node.put("peakBytes", (long) engine.peakBytes());
    engine.medians().forEach(node.putObject("medians")::put);
    ArrayNode rounds = node.putArray("rounds");
    engine.rounds().forEach(round -> round.forEach(rounds.addObject()::put));
  }

  private static void target(ObjectNode node, Target target) {
    node.put("what", target.what());
    node.put("value", target.value());
    node.put(target.atMost() ? "atMost" : "atLeast", target.bound());
    node.put("unit", target.unit());
    node.put("met", target.isMet());
  }
}
