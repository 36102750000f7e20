package dev.firn.cli.query;

import dev.firn.cli.failure.ExitCode;
import dev.firn.cli.session.Session;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionState.Unreadable;
import java.util.ArrayList;
import java.util.List;

/**
 * The partitions that a command could not read: named on stderr at once, remembered for the exit.
 */
final class Unreadables {

  /** A partition and why it cannot be read. */
  record Entry(Partition partition, String reason) {}

  private final Session session;
  private final List<Entry> entries = new ArrayList<>();

  Unreadables(Session session) {
    this.session = session;
  }

  void add(Unreadable state) {
    add(state.partition(), state.problem().text() + ": " + state.reason());
  }

  void add(Partition partition, String reason) {
    entries.add(new Entry(partition, reason));
    session.note(partition.path() + " is unreadable and left out: " + reason);
  }

  List<Entry> entries() {
    return List.copyOf(entries);
  }

  ExitCode exitCode() {
    return entries.isEmpty() ? ExitCode.DONE : ExitCode.UNREADABLE;
  }
}
