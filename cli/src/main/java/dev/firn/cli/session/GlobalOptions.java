package dev.firn.cli.session;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Options that every command takes, before its name or after it. */
public final class GlobalOptions {
  @Option(
      names = "--root",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      order = 101,
      description = "The cache's directory; else $$FIRN_ROOT, else ~/.firn/cache.")
  @Nullable Path root;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      order = 102,
      description = "The configuration; else $$FIRN_CONFIG, else DIR/firn.json if it is there.")
  @Nullable Path config;

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      order = 103,
      description = "One JSON document on stdout and nothing else there.")
  boolean json;

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      order = 104,
      description = "Say more on stderr.")
  boolean verbose;

  @Option(
      names = {"-q", "--quiet"},
      scope = ScopeType.INHERIT,
      order = 105,
      description = "Show no progress on stderr.")
  boolean quiet;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      order = 106,
      description = "Show this text.")
  boolean help;

  /** As if nothing but these had been given. */
  public static GlobalOptions of(@Nullable Path root, @Nullable Path config, boolean json) {
    GlobalOptions options = new GlobalOptions();
    options.root = root;
    options.config = config;
    options.json = json;
    return options;
  }
}
