package dev.firn.cli.append;

import dev.firn.cli.session.Session;
import dev.firn.cli.text.Counted;

/** Names lines that did not go in on stderr: the first ones each, the others as a number. */
final class LineComplaints {
  private static final int NAMED = 20;

  private final Session session;
  private long count;

  LineComplaints(Session session) {
    this.session = session;
  }

  void add(Input input, long line, String reason) {
    count++;
    if (count <= NAMED) {
      session.note(input.name() + ", line " + line + ": " + reason);
    }
  }

  /** Says how many more there were. */
  void finish() {
    if (count > NAMED) {
      session.note(Counted.of(count - NAMED, "more line") + " like that");
    }
  }
}
