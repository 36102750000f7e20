package dev.firn.cli.session;

/** Word from outside that a command is to come to an end: Ctrl-C, or a polite kill. */
public interface StopSignal {

  /**
   * From now on the first word does not end the process; it runs {@code action} on another thread,
   * and it is up to the command to return. A second word ends the process at once.
   *
   * @param action returns at once; may run although the command is over already
   */
  void onStop(Runnable action);

  /**
   * From now on a hang-up (SIGHUP) does not end the process; each runs {@code action} on another
   * thread. Without it, and where there is none, it does what it always does.
   */
  default void onReload(Runnable action) {}
}
