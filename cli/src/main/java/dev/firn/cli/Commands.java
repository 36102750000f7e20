package dev.firn.cli;

import dev.firn.cli.append.AppendCommand;
import dev.firn.cli.backup.BackupCommand;
import dev.firn.cli.configure.CompletionCommand;
import dev.firn.cli.configure.ConfigCommand;
import dev.firn.cli.configure.InitCommand;
import dev.firn.cli.configure.ShowCommand;
import dev.firn.cli.configure.ValidateCommand;
import dev.firn.cli.daemon.DaemonCommand;
import dev.firn.cli.daemon.InstallCommand;
import dev.firn.cli.daemon.RunCommand;
import dev.firn.cli.daemon.StartCommand;
import dev.firn.cli.daemon.StopCommand;
import dev.firn.cli.query.DropCommand;
import dev.firn.cli.query.ExplainCommand;
import dev.firn.cli.query.ExportCommand;
import dev.firn.cli.query.MaintainCommand;
import dev.firn.cli.query.OverviewCommand;
import dev.firn.cli.query.PurgeCommand;
import dev.firn.cli.query.QueryCommand;
import dev.firn.cli.query.RepairCommand;
import dev.firn.cli.query.RestoreCommand;
import dev.firn.cli.query.RowsCommand;
import dev.firn.cli.query.SchemaCommand;
import dev.firn.cli.query.ShellCommand;
import dev.firn.cli.query.SqlCommand;
import dev.firn.cli.query.StatusCommand;
import dev.firn.cli.query.TablesCommand;
import dev.firn.cli.query.VerifyCommand;
import dev.firn.cli.session.Session;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/**
 * The commands by name, and those of them that a command line can reach.
 *
 * <p>picocli looks by reflection at every member of every command that it is given, which takes
 * longer than most commands do. So {@code firn query status} is parsed with that one command, and
 * {@code firn --help} with those that it lists. Whatever is not a known name in a known place is
 * parsed with all commands, so that messages and suggestions know them.
 */
final class Commands {
  private static final String QUERY = "query";
  private static final String DAEMON = "daemon";
  private static final String CONFIG = "config";
  private static final String COMPLETION = "completion";

  private static final List<String> TOP =
      List.of("append", QUERY, "export", "backup", DAEMON, CONFIG, COMPLETION);
  private static final List<String> OF_QUERY =
      List.of(
          "maintain",
          "status",
          "explain",
          "overview",
          "rows",
          "sql",
          "shell",
          "schema",
          "tables",
          "verify",
          "repair",
          "restore",
          "purge",
          "drop");
  private static final List<String> OF_DAEMON =
      List.of("run", "start", "stop", "status", "install");
  private static final List<String> OF_CONFIG = List.of("init", "show", "validate");

  private final Session session;

  Commands(Session session) {
    this.session = session;
  }

  /** All commands. */
  CommandLine all(Object firn) {
    CommandLine line = new CommandLine(firn);
    add(line, TOP);
    return line;
  }

  /** Those that these arguments can reach, or all. */
  CommandLine reachedBy(Object firn, String[] arguments) {
    List<String> words = words(arguments);
    if (words.isEmpty()) {
      boolean text = List.of(arguments).contains("--help") || List.of(arguments).contains("-h");
      return text ? top(firn) : all(firn);
    }
    String first = words.get(0);
    if (!TOP.contains(first) || first.equals(COMPLETION)) {
      return all(firn);
    }
    List<String> second = below(first);
    if (words.size() > 1 && !second.isEmpty()) {
      if (!second.contains(words.get(1))) {
        return all(firn);
      }
      second = List.of(words.get(1));
    }
    CommandLine line = new CommandLine(firn);
    CommandLine command = new CommandLine(create(first, line));
    for (String name : second) {
      command.addSubcommand(create(first + " " + name, line));
    }
    line.addSubcommand(command);
    return line;
  }

  private CommandLine top(Object firn) {
    CommandLine line = new CommandLine(firn);
    TOP.forEach(name -> line.addSubcommand(create(name, line)));
    return line;
  }

  private void add(CommandLine line, List<String> names) {
    for (String name : names) {
      CommandLine command = new CommandLine(create(name, line));
      below(name).forEach(child -> command.addSubcommand(create(name + " " + child, line)));
      line.addSubcommand(command);
    }
  }

  private static List<String> below(String name) {
    return switch (name) {
      case QUERY -> OF_QUERY;
      case DAEMON -> OF_DAEMON;
      case CONFIG -> OF_CONFIG;
      default -> List.of();
    };
  }

  private Object create(String name, CommandLine root) {
    return switch (name) {
      case "append" -> new AppendCommand(session);
      case QUERY -> new QueryCommand();
      case "query maintain" -> new MaintainCommand(session);
      case "query status" -> new StatusCommand(session);
      case "query explain" -> new ExplainCommand(session);
      case "query overview" -> new OverviewCommand(session);
      case "query rows" -> new RowsCommand(session);
      case "query sql" -> new SqlCommand(session);
      case "query shell" -> new ShellCommand(session);
      case "query schema" -> new SchemaCommand(session);
      case "query tables" -> new TablesCommand(session);
      case "query verify" -> new VerifyCommand(session);
      case "query repair" -> new RepairCommand(session);
      case "query restore" -> new RestoreCommand(session);
      case "query purge" -> new PurgeCommand(session);
      case "query drop" -> new DropCommand(session);
      case "export" -> new ExportCommand(session);
      case "backup" -> new BackupCommand(session);
      case DAEMON -> new DaemonCommand();
      case "daemon run" -> new RunCommand(session);
      case "daemon start" -> new StartCommand(session);
      case "daemon stop" -> new StopCommand(session);
      case "daemon status" -> new dev.firn.cli.daemon.StatusCommand(session);
      case "daemon install" -> new InstallCommand(session);
      case CONFIG -> new ConfigCommand();
      case "config init" -> new InitCommand(session);
      case "config show" -> new ShowCommand(session);
      case "config validate" -> new ValidateCommand(session);
      case COMPLETION -> new CompletionCommand(session, root);
      default -> throw new AssertionError(name);
    };
  }

  /**
   * The first two arguments that are neither options nor the values of options that all commands
   * have. Only a guess, of which nothing is required but that it is right where both are names in
   * their places.
   */
  private static List<String> words(String[] arguments) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < arguments.length && words.size() < 2; i++) {
      String argument = arguments[i];
      if (argument.equals("--root") || argument.equals("--config")) {
        i++;
      } else if (!argument.startsWith("-") || argument.equals("--")) {
        words.add(argument);
      }
    }
    return words;
  }
}
