package dev.firn.cli;

/**
 * What {@code firn --help} prints, as picocli would make it from all commands. To make it takes
 * twice as long as to start Java, and it is what people try first. A test holds the two equal.
 */
final class FixedHelp {
  static final String TEXT =
      """
      Keeps, tends and reads columnar caches.

      Usage: firn [-hqvV] [--json] [--config=FILE] [--root=DIR] COMMAND

      Options, before or after the command:
            --root=DIR      The cache's directory; else $FIRN_ROOT, else ~/.firn/cache.
            --config=FILE   The configuration; else $FIRN_CONFIG, else DIR/firn.json if it is there.
            --json          One JSON document on stdout and nothing else there.
        -v, --verbose       Say more on stderr.
        -q, --quiet         Show no progress on stderr.
        -h, --help          Show this text.
        -V, --version       Show the version.

      Commands:
        append      Append rows: lines of JSON from stdin or files.
        query       Tend and read a cache: maintain, status, overview, sql, rows, verify, repair.
        export      Copy live rows into Parquet, JSON lines or CSV.
        backup      Make a consistent copy of the cache, and verify it.
        daemon      The long-running service: takes records over HTTP and maintains.
        config      The configuration: init, show, validate.
        completion  Print what lets a shell complete firn's commands and options.

      Exit codes; where several apply: 2, 5, 3, 1, 4:
        0   done
        1   finished, but a partition failed, a line was left out, or damage was found; internal errors
        2   wrong usage or configuration: nothing was done
        3   a partition asked for is unreadable or unsupported and was not touched; others were
        4   every partition asked for is held by somebody else
        5   the disk refused: full, no permission, an I/O error

      First steps:
        firn append jobs jobs.jsonl                   # lines of JSON; a pipe does as well
        firn query status                             # how the cache is
        firn query sql "SELECT count(*) FROM jobs"     # ask it
        firn query maintain                           # press small files into large ones

      "firn COMMAND --help" says more about a command.
      """;

  private FixedHelp() {}

  /** True if the arguments ask for this text and nothing else. */
  static boolean isAskedFor(String[] arguments) {
    return arguments.length == 1 && (arguments[0].equals("--help") || arguments[0].equals("-h"));
  }
}
