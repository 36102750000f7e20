package dev.firn.smoke.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.smoke.command.FirnCommand;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A check-up of anybody's real cache, in place, that changes nothing in it and proves so: what is
 * there, what maintenance would do and save, and what is wrong.
 */
final class Inspection {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final FirnCommand firn;
  private final PrintStream out;

  Inspection(FirnCommand firn, PrintStream out) {
    this.firn = firn;
    this.out = out;
  }

  /**
   * @return true if nothing is wrong
   */
  boolean run(Path root, boolean json) throws IOException {
    Map<String, String> before = Trees.listing(root);
    Path work = Files.createTempDirectory("firn-smoke-inspect");
    JsonNode status;
    JsonNode plan;
    JsonNode check;
    try (Stage stage = new Stage(firn, work, Optional.empty())) {
      status = stage.firn(root, "query", "status", "--json").json();
      plan = stage.firn(root, "query", "maintain", "--dry-run", "--json").json();
      check = stage.firn(root, "query", "verify", "--json").json();
    } finally {
      Trees.remove(work);
    }
    List<String> changes = Trees.differences(before, Trees.listing(root));
    List<String> wrong = wrong(status, plan, check);
    changes.forEach(change -> wrong.add("changed while it was inspected: " + change));
    if (json) {
      ObjectNode report = JSON.createObjectNode();
      report.put("root", root.toString());
      report.set("status", status);
      report.set("plan", plan);
      report.set("check", check);
      report.set("wrong", JSON.valueToTree(wrong));
      out.println(report.toPrettyString());
    } else {
      print(root, status, plan, wrong);
    }
    return wrong.isEmpty();
  }

  private static List<String> wrong(JsonNode status, JsonNode plan, JsonNode check) {
    List<String> wrong = new ArrayList<>();
    for (JsonNode partition : status.path("partitions")) {
      String path = partition.path("path").asText();
      if (!partition.path("problem").isNull()) {
        wrong.add(path + ": " + partition.path("problem").asText());
        wrong.add("  " + partition.path("repairHint").asText());
      }
      if (partition.path("held").asLong() > 0) {
        wrong.add(path + ": " + partition.path("held").asLong() + " exchanges are held");
      }
    }
    for (JsonNode partition : plan.path("partitions")) {
      if (partition.path("outcome").asText().equals("failed")) {
        wrong.add(partition.path("path").asText() + ": " + partition.path("reason").asText());
      }
    }
    for (JsonNode partition : check.path("partitions")) {
      for (JsonNode finding : partition.path("findings")) {
        if (finding.path("severity").asText().equals("damage")) {
          wrong.add(finding.path("path").asText() + ": " + finding.path("found").asText());
        }
      }
    }
    return wrong;
  }

  private void print(Path root, JsonNode status, JsonNode plan, List<String> wrong) {
    JsonNode totals = status.path("totals");
    out.printf(
        "%s%n  %,d partitions, %,d rows in %,d data files of %,d bytes; %,d bytes retired, %,d orphaned%n",
        root,
        totals.path("partitions").asLong(),
        totals.path("rows").asLong(),
        totals.path("dataFiles").asLong(),
        totals.path("bytes").asLong(),
        totals.path("retiredBytes").asLong(),
        totals.path("orphanedBytes").asLong());
    for (JsonNode spool : status.path("spools")) {
      out.printf(
          "  %s: %,d bytes of another program that are in no table yet%n",
          spool.path("path").asText(), spool.path("bytes").asLong());
    }
    out.println("A pass would");
    int due = 0;
    for (JsonNode partition : plan.path("partitions")) {
      if (partition.path("outcome").asText().equals("compacted")) {
        due++;
        out.printf(
            "  compact %s: %,d files into %,d (%s)%n",
            partition.path("path").asText(),
            partition.path("dataFilesBefore").asLong(),
            partition.path("dataFilesAfter").asLong(),
            partition.path("reason").asText());
      }
    }
    for (JsonNode removed : plan.path("removed")) {
      out.printf(
          "  remove %s, %,d bytes (%s)%n",
          removed.path("path").asText(),
          removed.path("bytes").asLong(),
          removed.path("why").asText());
    }
    out.printf("  and leave %,d partitions as they are.%n", plan.path("partitions").size() - due);
    if (wrong.isEmpty()) {
      out.println("Nothing is wrong, and nothing in it was changed by looking.");
    } else {
      out.println("Wrong:");
      wrong.forEach(line -> out.println("  " + line));
    }
  }
}
