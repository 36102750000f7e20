package dev.firn.cli.daemon.ticks;

import dev.firn.cli.config.TickSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When the next pass begins by itself, and why then.
 *
 * @param at empty if never
 */
public record NextRun(Optional<Instant> at, String why) {
  /** Between the end of a pass and one that begins before its time. */
  static final Duration EARLIEST = Duration.ofSeconds(30);

  /**
   * What is known when it is decided.
   *
   * @param started when the daemon began
   * @param jitter how long after its start it runs no pass, so that not all daemons of a machine
   *     that was started work at once
   * @param last when the last pass began, whoever ran it
   * @param ended when this daemon's last pass ended
   * @param early why a pass is needed before its time, if one is
   */
  record Known(
      Instant started,
      Duration jitter,
      Optional<Instant> last,
      Optional<Instant> ended,
      Optional<String> early) {}

  static NextRun decide(TickSettings settings, Known known) {
    if (!settings.enabled()) {
      return new NextRun(
          Optional.empty(),
          "never: enabled is false or interval_minutes is 0 in the configuration");
    }
    Instant first = known.started().plus(known.jitter());
    if (known.early().isPresent()) {
      Instant soonest = known.ended().map(end -> end.plus(EARLIEST)).orElse(known.started());
      return new NextRun(Optional.of(soonest), "early: " + known.early().get());
    }
    if (known.last().isEmpty()) {
      return new NextRun(Optional.of(first), "no pass has run yet");
    }
    Instant regular = known.last().get().plus(settings.interval());
    return regular.isBefore(first)
        ? new NextRun(Optional.of(first), "overdue since " + regular)
        : new NextRun(
            Optional.of(regular),
            "interval_minutes " + settings.interval().toMinutes() + " after the last one began");
  }
}
