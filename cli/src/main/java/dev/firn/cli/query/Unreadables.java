package dev.firn.cli.query;

import dev.firn.cli.failure.ExitCode;
import dev.firn.cli.session.Session;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionState;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.partition.PartitionState.Unreadable;
import dev.firn.maintenance.quarantine.Quarantine;
import dev.firn.maintenance.quarantine.QuarantineRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The partitions that a command could not read: named on stderr at once, remembered for the exit.
 * Of one of which rows are withheld these are named as well.
 */
final class Unreadables {

  /** A partition and why it cannot be read. */
  record Entry(Partition partition, String reason) {}

  private final Session session;
  private final List<Entry> entries = new ArrayList<>();

  Unreadables(Session session) {
    this.session = session;
  }

  /** Takes note of a partition that rows are wanted from. */
  void look(PartitionState state) throws IOException {
    if (state instanceof Unreadable unreadable) {
      add(unreadable);
    } else if (state instanceof Live live) {
      Quarantine quarantine = new Quarantine(session.disk(), live.partition());
      for (QuarantineRecord left : quarantine.contents(live.generation()).withheld()) {
        session.note(live.partition().path() + ": " + left.sentence());
      }
    }
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
