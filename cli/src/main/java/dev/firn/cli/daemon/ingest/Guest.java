package dev.firn.cli.daemon.ingest;

import java.util.Optional;

/** One request whose body comes in by {@link Reception}; exactly one of its answers is given. */
public interface Guest {

  /** Why it is not even begun with, beside what is so for every request. */
  Optional<Later> deferral();

  /**
   * The body has come whole and is unpacked. On a thread that may block; answers.
   *
   * @param room of the budget that the body is in; closed when this returns
   */
  void land(Body body, ByteBudget.Reservation room) throws InterruptedException;

  /** Answers that it is to come again; nothing of it was kept. */
  void comeAgain(Later later);

  /** Answers that the body is too large, or is not packed as it says. */
  void refuse(int status, String message);

  /** Answers that the body came too slowly. */
  void tooSlow(String message);
}
