package dev.firn.cli;

import dev.firn.cli.failure.ExitCode;
import dev.firn.cli.failure.Failure;
import dev.firn.cli.session.Environment;
import dev.firn.cli.session.GlobalOptions;
import dev.firn.cli.session.Session;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * The {@code firn} command.
 *
 * <p>{@link #run} is the whole program but for the exit: it touches nothing outside of its {@link
 * Environment}, and whatever happens becomes an exit code and at most one message.
 */
@Command(
    name = "firn",
    versionProvider = Version.class,
    header = "Keeps, tends and reads columnar caches.",
    synopsisHeading = "%nUsage: ",
    synopsisSubcommandLabel = "COMMAND",
    optionListHeading = "%nOptions, before or after the command:%n",
    commandListHeading = "%nCommands:%n",
    exitCodeListHeading = "%nExit codes; where several apply: 2, 5, 3, 1, 4:%n",
    footerHeading = "%nFirst steps:%n",
    footer = {
      "  firn append jobs jobs.jsonl                   # lines of JSON; a pipe does as well",
      "  firn query status                             # how the cache is",
      "  firn query sql \"SELECT count(*) FROM jobs\"     # ask it",
      "  firn query maintain                           # press small files into large ones",
      "",
      "\"firn COMMAND --help\" says more about a command."
    })
public final class Firn {
  private static final int HELP_WIDTH = 100;

  @Mixin final GlobalOptions options = new GlobalOptions();

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      order = 107,
      description = "Show the version.")
  boolean version;

  private Firn() {}

  public static void main(String[] args) {
    if (PlainStatus.find(args).isPresent()) {
      QuietLogging.whenUsed();
    } else if (!FixedHelp.isAskedFor(args)) {
      Logging.quieten();
    }
    System.exit(run(args, RealEnvironment.create()));
  }

  /** Runs one command and answers with its exit code. Results are flushed when it returns. */
  public static int run(String[] args, Environment environment) {
    Firn firn = new Firn();
    Optional<PlainStatus> status = PlainStatus.find(args);
    Session session =
        new Session(environment, status.isPresent() ? status.get().options() : firn.options);
    ExitCode code;
    try {
      if (FixedHelp.isAskedFor(args) && !environment.colours()) {
        session.out().write(FixedHelp.TEXT);
        code = ExitCode.DONE;
      } else if (status.isPresent()) {
        code = ExitCode.of(status.get().command(session).call());
      } else {
        code = ExitCode.of(commandLine(firn, session, args).execute(args));
      }
    } catch (Throwable e) { // errors come here; picocli takes care of exceptions only
      code = report(e, session);
    }
    try {
      session.out().flush();
    } catch (IOException e) {
      // What could not be written before cannot be written now: that was said already.
      code = code.or(code == ExitCode.DISK ? ExitCode.DISK : report(e, session));
    }
    return code.code();
  }

  private static CommandLine commandLine(Firn firn, Session session, String[] arguments) {
    CommandLine line = new Commands(session).reachedBy(firn, arguments);
    line.getCommandSpec().usageMessage().exitCodeList(exitCodes());
    sortByOrder(line);
    Examples.addTo(line, "firn");
    Ansi ansi = session.environment().colours() ? Ansi.ON : Ansi.OFF;
    return line.setOut(new PrintWriter(session.out()))
        .setErr(session.err())
        .setColorScheme(CommandLine.Help.defaultColorScheme(ansi))
        .setUsageHelpWidth(HELP_WIDTH)
        .setParameterExceptionHandler((e, unused) -> reportUsage(e, session))
        .setExecutionExceptionHandler((e, unused, parsed) -> report(e, session).code())
        .setExecutionStrategy(
            parsed -> {
              if (session.verbose()) {
                Logging.speak();
              } else {
                Logging.quieten();
              }
              return new CommandLine.RunLast().execute(parsed);
            });
  }

  /** A command's own options first, then those that all have. */
  private static void sortByOrder(CommandLine line) {
    line.getCommandSpec().usageMessage().sortOptions(false);
    line.getSubcommands().values().forEach(Firn::sortByOrder);
  }

  private static Map<String, String> exitCodes() {
    Map<String, String> codes = new LinkedHashMap<>();
    Arrays.stream(ExitCode.values())
        .sorted(Comparator.comparingInt(ExitCode::code))
        .forEach(code -> codes.put(String.valueOf(code.code()), code.meaning()));
    return codes;
  }

  private static int reportUsage(ParameterException error, Session session) {
    Mistake mistake = new Mistake(error);
    session.note(mistake.message());
    mistake.advice().forEach(session.err()::println);
    return ExitCode.USAGE.code();
  }

  private static ExitCode report(Throwable error, Session session) {
    Failure failure = Failure.of(error);
    if (!failure.message().isEmpty()) {
      session.note(failure.message());
    }
    if (failure.bug() && session.verbose()) {
      error.printStackTrace(session.err());
    }
    return failure.exitCode();
  }
}
