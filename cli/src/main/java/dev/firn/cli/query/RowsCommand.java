package dev.firn.cli.query;

import dev.firn.cli.failure.UsageException;
import dev.firn.cli.session.Session;
import dev.firn.cli.text.Nearest;
import dev.firn.core.CacheException;
import dev.firn.core.append.HeldAppends;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.Names;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState;
import dev.firn.core.partition.PartitionState.Absent;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.partition.PartitionState.Unreadable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints live rows. */
@Command(
    name = "rows",
    header = "Print live rows as JSON lines.",
    description = {
      "",
      "Partition by partition, within one in the order in which they landed. Timestamps are ISO-8601 in UTC with microseconds, binary is base64, variants and structs are"
          + " JSON, null is left out. With --json the rows are one array.",
      "A partition that cannot be read is named on stderr, the rows of the others are printed, and"
          + " the exit code is 3. Rows that are held for it are printed as they were appended; with"
          + " --follow when they land."
    },
    synopsisHeading = "%nUsage: ",
    parameterListHeading = "%n",
    optionListHeading = "%nOptions:%n")
public final class RowsCommand implements Callable<Integer> {
  private static final long LOOK_MILLIS = 500;

  private final Session session;

  @Parameters(paramLabel = "DATASET", description = "Whose rows.")
  String dataset = "";

  @Option(
      names = "--partition",
      paramLabel = "KEY=VALUE[/...]",
      description = "Only partitions with these values.")
  @Nullable String partition;

  @Option(
      names = "--columns",
      paramLabel = "NAME",
      split = ",",
      description = "Only these columns, in this order; with commas between them.")
  List<String> columns = List.of();

  @Option(names = "--limit", paramLabel = "N", description = "Stop after this many rows.")
  long limit = Long.MAX_VALUE;

  @Option(
      names = "--last",
      paramLabel = "N",
      description = "Only the last N rows of all, in the order in which they landed.")
  @Nullable Long last;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description =
          "Only rows of the last 30s, 5m, 1h, 7d. Their time is the first of timestamp, created_at,"
              + " recorded_at and date that is a timestamp or a date; rows without are left out.")
  @Nullable Duration since;

  @Option(
      names = "--follow",
      description = "Then print rows as they land, each once, until Ctrl-C.")
  boolean follow;

  @Option(
      names = "--with-partition",
      description = "Print each row as {\"partition\":\"datasets/...\",\"row\":{...}}.")
  boolean withPartition;

  public RowsCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    requireUsage();
    Optional<Instant> earliest =
        Optional.ofNullable(since).map(time -> session.environment().clock().instant().minus(time));
    List<Partition> partitions = PartitionFilter.find(session, dataset, partition);
    PartitionInspector inspector = new PartitionInspector(session.disk());
    Unreadables unreadables = new Unreadables(session);
    List<Live> live = new ArrayList<>();
    List<Unreadable> inDoubt = new ArrayList<>();
    for (Partition candidate : partitions) {
      PartitionState state = inspector.inspect(candidate);
      unreadables.look(state);
      if (state instanceof Live readable) {
        live.add(readable);
      } else if (state instanceof Unreadable unreadable) {
        inDoubt.add(unreadable);
      } else if (!(state instanceof Absent)) {
        throw new AssertionError(state);
      }
    }
    requireColumns(live);
    if (earliest.isPresent()) {
      requireEventTimes(live);
    }
    CountDownLatch stopped = new CountDownLatch(1);
    if (follow) {
      session.environment().stop().onStop(stopped::countDown);
    }
    RowSelection selection =
        new RowSelection(session.disk(), columns, earliest, EventTime.columns(session, dataset));
    try (RowPrinter printer =
        new RowPrinter(session, limit, withPartition, () -> stopped.getCount() == 0)) {
      print(partitions, live, selection, printer, unreadables);
      if (follow) {
        RowFollower follower = new RowFollower(session.disk(), selection, printer, unreadables);
        live.forEach(follower::from);
        inDoubt.forEach(follower::without);
        follow(follower, printer, stopped);
      }
    }
    return unreadables.exitCode().code();
  }

  private void requireUsage() {
    if (limit < 0) {
      throw new UsageException("--limit " + limit + ": expected 0 or more");
    }
    if (last != null && last < 0) {
      throw new UsageException("--last " + last + ": expected 0 or more");
    }
    if (last != null && limit != Long.MAX_VALUE) {
      throw new UsageException("--last and --limit exclude each other: the last rows or the first");
    }
  }

  /** What there is. Rows of a partition that turns out to be damaged halfway may be printed. */
  private void print(
      List<Partition> partitions,
      List<Live> live,
      RowSelection selection,
      RowPrinter printer,
      Unreadables unreadables)
      throws IOException {
    Map<Partition, Live> states = new HashMap<>();
    live.forEach(state -> states.put(state.partition(), state));
    HeldAppends held =
        new HeldAppends(session.disk(), session.cache(), session.environment().clock());
    LastRows ring = new LastRows(last == null ? 0 : last);
    RowSelection.HeldTarget target = last == null ? printer : ring;
    for (Partition candidate : partitions) {
      if (printer.isFull()) {
        break;
      }
      Live state = states.get(candidate);
      try {
        if (follow || held.count(candidate) == 0) {
          if (state != null) {
            selection.read(candidate, state.generation(), target);
          }
          continue;
        }
        try (HeldAppends.Instant instant =
            held.inspect(candidate, new LocalDisk(), RowsCommand::scratchFile)) {
          if (!(instant.state() instanceof Live now)
              || selection.read(candidate, now.generation(), target)) {
            selection.readHeld(candidate, instant.held(), target);
          }
        }
      } catch (CacheException e) {
        unreadables.add(candidate, String.valueOf(e.getMessage()));
      }
    }
    ring.drainTo(printer);
  }

  private static Path scratchFile() {
    return SqlOptions.scratchParent().resolve("firn-rows-" + UUID.randomUUID());
  }

  private void follow(RowFollower follower, RowPrinter printer, CountDownLatch stopped)
      throws IOException {
    try {
      printer.flush();
      while (!printer.isFull() && !stopped.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        follower.look(PartitionFilter.list(session, dataset, partition));
        printer.flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void requireEventTimes(List<Live> live) throws IOException {
    List<String> times = EventTime.columns(session, dataset);
    List<Live> without =
        live.stream()
            .filter(s -> EventTime.find(s.generation().metadata().schema(), times).isEmpty())
            .toList();
    if (!live.isEmpty() && without.size() == live.size()) {
      throw new UsageException(
          "--since needs a column with the time of a row, and "
              + dataset
              + " has none of "
              + String.join(", ", times)
              + " with a timestamp or a date in it");
    }
    for (Live state : without) {
      session.note(
          state.partition().path() + " has no column with the time of a row and is left out");
    }
  }

  private void requireColumns(List<Live> live) {
    List<String> known =
        SchemaUnion.of(live).columns().stream().map(SchemaUnion.Column::name).sorted().toList();
    for (String column : live.isEmpty() ? List.<String>of() : columns) {
      if (!known.contains(column)) {
        String hint =
            Nearest.to(column, known)
                .map(near -> "; did you mean \"" + near + "\"?")
                .orElse("; there are " + String.join(", ", known));
        throw new UsageException("column " + Names.quoted(column) + " is not in " + dataset + hint);
      }
    }
  }
}
