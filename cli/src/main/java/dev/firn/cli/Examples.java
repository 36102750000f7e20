package dev.firn.cli;

import java.util.List;
import picocli.CommandLine;

/** What people type, below the help of each command. */
final class Examples {

  private Examples() {}

  /** Gives a command and all below it their examples. */
  static void addTo(CommandLine line, String name) {
    List<String> examples = of(name);
    if (!examples.isEmpty()) {
      line.getCommandSpec()
          .usageMessage()
          .footerHeading("%nExamples:%n")
          .footer(examples.stream().map(e -> "  " + e.replace("%", "%%")).toArray(String[]::new));
    }
    line.getSubcommands().forEach((below, command) -> addTo(command, name + " " + below));
  }

  /** Lines for a shell, each with a remark. */
  static List<String> of(String command) {
    return switch (command) {
      case "firn append" ->
          List.of(
              "firn append jobs jobs.jsonl               # the lines of a file",
              "gateway | firn append calls --source web  # what arrives, until it ends or Ctrl-C",
              "firn append jobs --key day-17 day.jsonl   # may be repeated: it goes in once");
      case "firn query maintain" ->
          List.of(
              "firn query maintain --dry-run      # what a pass would do",
              "firn query maintain                # one pass over all datasets",
              "firn query maintain jobs --force   # compact jobs now, due or not",
              "firn query maintain --budget 30s   # from cron");
      case "firn query status" ->
          List.of(
              "firn query status                  # all partitions, what needs attention first",
              "firn query status jobs --json      # one dataset, for a program");
      case "firn query explain" ->
          List.of("firn query explain jobs            # why jobs is due or not, what fills it");
      case "firn query overview" ->
          List.of("firn query overview                # every dataset in a few lines");
      case "firn query rows" ->
          List.of(
              "firn query rows jobs --last 5                       # the five that landed last",
              "firn query rows jobs --since 1h --columns id,cost   # of the last hour",
              "firn query rows jobs --follow                       # as they land");
      case "firn query sql" ->
          List.of(
              "firn query sql \"SELECT status, count(*) FROM jobs GROUP BY status\"",
              "firn query sql \"FROM jobs\" --format csv -o jobs.csv    # into a file",
              "firn query sql \"DESCRIBE jobs\"                         # its columns");
      case "firn query shell" ->
          List.of("firn query shell < queries.sql     # several queries, one after the other");
      case "firn query schema" ->
          List.of("firn query schema jobs             # columns and types of all partitions");
      case "firn query tables" ->
          List.of("firn query tables jobs --json      # paths for Spark, Trino, PyIceberg");
      case "firn query verify" ->
          List.of(
              "firn query verify                  # cursors, metadata and footers of everything",
              "firn query verify --full jobs      # every page of one dataset, too");
      case "firn query repair" ->
          List.of(
              "firn query repair                  # what is wrong and can be mended",
              "firn query repair --apply          # mend it, keep a copy of what is replaced");
      case "firn query restore" ->
          List.of(
              "firn query restore jobs            # what going back would bring",
              "firn query restore jobs --apply    # go back");
      case "firn query purge" ->
          List.of(
              "firn query purge jobs --where \"client = 'x'\"          # count",
              "firn query purge jobs --where \"client = 'x'\" --apply  # remove for good");
      case "firn query drop" ->
          List.of(
              "firn query drop jobs               # what would go",
              "firn query drop jobs --apply       # remove it");
      case "firn export" ->
          List.of(
              "firn export jobs --to out                               # Parquet",
              "firn export jobs --to out --format csv --since 7d       # the last week as CSV",
              "firn export jobs --to out --where \"status = 'done'\"     # some rows");
      case "firn backup" ->
          List.of(
              "firn backup --to /backup/today           # links where it can: takes no room",
              "firn backup --to /other/disk --copy      # bytes of its own");
      case "firn daemon start" ->
          List.of("firn daemon start                  # then POST to http://127.0.0.1:4790");
      case "firn daemon install" ->
          List.of("firn daemon install --apply        # so that it comes back after a restart");
      case "firn config init" ->
          List.of("firn config init                   # then edit ROOT/firn.json");
      case "firn config show" ->
          List.of("firn config show                   # every setting, and where it is from");
      case "firn config validate" ->
          List.of("firn config validate --config new.json   # before it takes effect");
      case "firn completion" ->
          List.of("firn completion bash > ~/.local/share/bash-completion/completions/firn");
      default -> List.of();
    };
  }
}
