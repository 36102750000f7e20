package dev.firn.cli.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The keys under {@code daemon}: what each may be and what it is if nobody says. {@link
 * #toSettings} is where they reach the code.
 */
enum DaemonKey {
  LISTEN(Rule.text("an address like \"127.0.0.1:4790\"", Limits.ADDRESS), "127.0.0.1:4790"),
  TOKEN_FILE(Rule.text("a file like \"/etc/firn/token\""), ""),
  BUFFER_BYTES(Rule.whole(1 << 20, Limits.BYTES), 64L << 20),
  MAX_BODY_BYTES(Rule.whole(1 << 10, Limits.BODY_BYTES), 16L << 20),
  MAX_CONNECTIONS(Rule.whole(1, 10_000), 256L),
  IDLE_TIMEOUT_SECONDS(Rule.whole(1, 3600), 30L),
  SOURCE_ROWS_PER_SECOND(Rule.whole(0, Limits.BYTES), 0L),
  SOURCE_BYTES_PER_SECOND(Rule.whole(0, Limits.BYTES), 0L),
  LOG_BYTES(Rule.whole(1 << 16, Limits.LOG_BYTES), 20L << 20);

  private static final class Limits {
    static final Pattern ADDRESS =
        Pattern.compile(
            "([^\\s:\\[\\]]+|\\[[0-9a-fA-F:.]+]):([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}"
                + "|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])");
    static final long BYTES = 1L << 40;

    /** A body is one array of Java. */
    static final long BODY_BYTES = 1L << 30;

    static final long LOG_BYTES = 1L << 33;
  }

  static final String SECTION = "daemon";

  private final Rule rule;
  private final Object byDefault;

  DaemonKey(Rule rule, Object byDefault) {
    this.rule = rule;
    this.byDefault = byDefault;
  }

  /** As it stands in the file. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  String path() {
    return SECTION + "." + text();
  }

  Rule rule() {
    return rule;
  }

  Object defaultValue() {
    return byDefault;
  }

  /** What the daemon runs with; {@code value} answers for each key. */
  static DaemonSettings toSettings(Function<DaemonKey, Object> value) {
    String listen = (String) value.apply(LISTEN);
    int colon = listen.lastIndexOf(':');
    String host = listen.substring(0, colon);
    String token = (String) value.apply(TOKEN_FILE);
    return new DaemonSettings(
        host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
        Integer.parseInt(listen.substring(colon + 1)),
        token.isEmpty() ? Optional.empty() : Optional.of(Path.of(token)),
        (Long) value.apply(BUFFER_BYTES),
        Math.toIntExact((Long) value.apply(MAX_BODY_BYTES)),
        Math.toIntExact((Long) value.apply(MAX_CONNECTIONS)),
        Duration.ofSeconds((Long) value.apply(IDLE_TIMEOUT_SECONDS)),
        (Long) value.apply(SOURCE_ROWS_PER_SECOND),
        (Long) value.apply(SOURCE_BYTES_PER_SECOND),
        (Long) value.apply(LOG_BYTES));
  }
}
