package dev.firn.maintenance.sweep;

import dev.firn.core.layout.GenerationName;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Something in a partition's directory that is not the live generation, and what is right for it.
 *
 * @param name of a generation; empty for litter
 * @param kind what it is
 * @param action what the sweep does with it
 * @param why with the numbers that decide, for example {@code retired 2 h ago, grace 24 h}
 * @param freeableBytes what the disk gets back when it goes
 */
public record SweepItem(
    Path path,
    Optional<GenerationName> name,
    Kind kind,
    Action action,
    String why,
    long freeableBytes) {

  /** What a thing beside the live generation can be. */
  public enum Kind {
    /** Was live, was superseded. */
    RETIRED,
    /** Was never live, and nobody builds it. */
    ORPHAN,
    /** It cannot be told which, so it stays until somebody looks. */
    IN_DOUBT
  }

  /** What the sweep does. */
  public enum Action {
    REMOVE,
    KEEP,
    /** It is retired and does not say since when: write that, and let grace run from now. */
    MARK
  }

  /** True if its bytes come back by themselves, now or when its grace ends. */
  public boolean isPending() {
    return kind != Kind.IN_DOUBT;
  }
}
