package dev.firn.smoke.flow;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.smoke.command.FirnCommand;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/** {@code firn-smoke list}, {@code run} and {@code inspect}. */
public final class FlowCommands {
  public static final List<String> NAMES = List.of("list", "run", "inspect");

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Supplier<FirnCommand> usual;
  private final PrintStream out;
  private final PrintStream err;

  /**
   * @param usual finds the command to use where none is named
   */
  public FlowCommands(Supplier<FirnCommand> usual, PrintStream out, PrintStream err) {
    this.usual = usual;
    this.out = out;
    this.err = err;
  }

  /**
   * @param arguments after the name
   * @return true if everything is as it has to be
   * @throws IllegalArgumentException for wrong usage
   */
  public boolean run(String name, List<String> arguments) throws IOException {
    FlowOptions options = FlowOptions.parse(arguments);
    return switch (name) {
      case "list" -> list(options);
      case "run" -> run(options);
      case "inspect" -> inspect(options);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private FirnCommand firn(FlowOptions options) {
    return options.firn().map(FirnCommand::new).orElseGet(usual);
  }

  private boolean list(FlowOptions options) {
    if (options.json()) {
      ArrayNode flows = JSON.createArrayNode();
      Flows.ALL.forEach(
          flow -> flows.addObject().put("name", flow.name()).put("story", flow.story()));
      out.println(flows.toPrettyString());
    } else {
      Flows.ALL.forEach(flow -> out.printf("%-28s %s%n", flow.name(), flow.story()));
    }
    return true;
  }

  private boolean run(FlowOptions options) throws IOException {
    List<Flow> flows = options.flows();
    PrintStream progress = options.json() ? err : out;
    FlowRun.Report report =
        new FlowRun(firn(options), options.root(), options.keep(), progress::println).run(flows);
    if (options.json()) {
      out.println(json(report).toPrettyString());
      return report.green();
    }
    options.root().ifPresent(root -> tell(root, report.changes()));
    long failed = report.results().stream().filter(r -> r.failure().isPresent()).count();
    out.printf("%d of %d flows ok%n", flows.size() - failed, flows.size());
    return report.green();
  }

  private void tell(Path root, List<String> changes) {
    if (changes.isEmpty()) {
      out.println(root + " is bit for bit what it was.");
      return;
    }
    out.println(root + " HAS CHANGED meanwhile, by this or by another program:");
    changes.forEach(change -> out.println("  " + change));
  }

  private static ObjectNode json(FlowRun.Report report) {
    ObjectNode document = JSON.createObjectNode();
    document.put("ok", report.green());
    ArrayNode flows = document.putArray("flows");
    for (FlowResult result : report.results()) {
      ObjectNode flow = flows.addObject();
      flow.put("name", result.flow().name());
      flow.put("ok", result.failure().isEmpty());
      flow.put("elapsedMs", result.elapsedMillis());
      flow.put("failure", result.failure().orElse(null));
      flow.put("directory", result.directory().map(Path::toString).orElse(null));
    }
    document.put("original", report.original().map(Path::toString).orElse(null));
    document.set("changesInOriginal", JSON.valueToTree(report.changes()));
    return document;
  }

  private boolean inspect(FlowOptions options) throws IOException {
    if (options.root().isEmpty() || !options.names().isEmpty()) {
      throw new IllegalArgumentException("inspect needs --root and nothing else");
    }
    try {
      return new Inspection(firn(options), out).run(options.root().get(), options.json());
    } catch (FlowFailure e) {
      err.println("firn-smoke: " + e.getMessage());
      return false;
    }
  }
}
