package dev.firn.smoke.bench;

import dev.firn.smoke.command.FirnCommand;
import java.io.PrintStream;
import java.nio.file.Path;

/**
 * What all benchmarks of a run have in common.
 *
 * @param firn the packaged command
 * @param work a directory for everything that is written, removed in the end
 * @param scale share of the full input
 * @param rounds that count; as many as {@code warmUps} before them do not
 * @param progress for people who wait
 */
record Setting(
    FirnCommand firn, Path work, double scale, int rounds, int warmUps, PrintStream progress) {

  /** So many at this scale, but no fewer than {@code least}. */
  int scaled(int full, int least) {
    return Math.max(least, (int) Math.round(full * scale));
  }
}
