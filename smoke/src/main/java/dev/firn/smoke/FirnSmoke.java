package dev.firn.smoke;

import dev.firn.smoke.bench.Bench;
import dev.firn.smoke.command.FirnCommand;
import dev.firn.smoke.flow.FlowCommands;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** {@code firn-smoke}: shows Firn at work on real caches, through the packaged command. */
public final class FirnSmoke {
  private static final String USAGE =
      """
      Usage: firn-smoke demo [DIRECTORY]
             firn-smoke list [--json]
             firn-smoke run FLOW...|all [--root DIR] [--firn PATH] [--keep] [--json]
             firn-smoke inspect --root DIR [--firn PATH] [--json]
             firn-smoke bench NAME|all [--check] [--scale X] [--rounds N] [--json FILE]

      demo  Unpacks a fragmented cache that another program wrote into a new directory (DIRECTORY,
            which must not hold it yet, or a temporary one), shows its status, maintains it, shows
            what changed, and proves every row equal to what that program says is in it.
      list  Names the flows: what people do with a cache, step by step, each step checked.
      run   Runs flows in directories of their own. With --root each works on a copy of that cache,
            which is read and never written: at the end its listing and checksums are compared. The
            caches of a failed flow stay where they are, with --keep those of all.
      inspect Looks at a cache in place and changes nothing: what is there, what a pass would do,
            what is wrong.
      bench Measures Firn beside its peers on the same input, each engine in its own process.
            --check makes a missed target a failure, --scale 0.1 takes a tenth of the input.
            BENCHMARKS.md says what each measures, and what was found.

      The firn command is the one of --firn, else of $FIRN, else of the packaged checkout.
      Exit codes: 0 all is as it has to be; 1 not so; 2 wrong usage or no firn command.
      """;

  private FirnSmoke() {}

  public static void main(String[] arguments) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(List.of(arguments), System.getenv(), out, err));
  }

  /**
   * @return the exit code
   */
  static int run(
      List<String> arguments, Map<String, String> environment, PrintStream out, PrintStream err) {
    if (arguments.equals(List.of("--help")) || arguments.isEmpty()) {
      out.print(USAGE);
      return 0;
    }
    String command = arguments.get(0);
    boolean bench = command.equals("bench");
    boolean flows = FlowCommands.NAMES.contains(command);
    if (!bench && !flows && (!command.equals("demo") || arguments.size() > 2)) {
      err.print("Unknown: " + String.join(" ", arguments) + "\n\n" + USAGE);
      return 2;
    }
    try {
      if (flows) {
        return new FlowCommands(() -> FirnCommand.find(environment), out, err)
                .run(command, arguments.subList(1, arguments.size()))
            ? 0
            : 1;
      }
      FirnCommand firn = FirnCommand.find(environment);
      if (bench) {
        return new Bench(firn, out, err).run(arguments.subList(1, arguments.size())) ? 0 : 1;
      }
      Path directory =
          arguments.size() == 2
              ? Files.createDirectories(Path.of(arguments.get(1)))
              : Files.createTempDirectory("firn-demo");
      return new Demo(firn, out).run(directory) ? 0 : 1;
    } catch (IllegalArgumentException e) {
      err.print("firn-smoke: " + e.getMessage() + "\n\n" + USAGE);
      return 2;
    } catch (IllegalStateException e) {
      err.println("firn-smoke: " + e.getMessage());
      return 2;
    } catch (IOException e) {
      err.println("firn-smoke: " + e.getMessage());
      return 1;
    }
  }
}
