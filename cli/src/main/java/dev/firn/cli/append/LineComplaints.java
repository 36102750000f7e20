package dev.firn.cli.append;

import dev.firn.cli.session.Session;
import dev.firn.cli.text.Counted;
import java.util.regex.Pattern;

/** Names lines that did not go in on stderr: the first ones each, the others as a number. */
final class LineComplaints {
  private static final int NAMED = 20;
  private static final Pattern SOURCE =
      Pattern.compile(" \\([^()]*\\[Source: [^\\]]*\\]\\)|\\[Source: [^\\]]*\\]");

  private final Session session;
  private long count;

  LineComplaints(Session session) {
    this.session = session;
  }

  void add(Input input, long line, String reason) {
    count++;
    if (count <= NAMED) {
      session.note(input.name() + ", line " + line + ": " + plain(reason));
    }
  }

  /**
   * Without the parser's remarks on a source that it was not given, and its lines within the line.
   */
  private static String plain(String reason) {
    return SOURCE.matcher(reason).replaceAll("");
  }

  /** Says how many more there were. */
  void finish() {
    if (count > NAMED) {
      session.note(Counted.of(count - NAMED, "more line") + " like that");
    }
  }
}
