package dev.firn.cli.query;

import dev.firn.cli.failure.UsageException;
import dev.firn.cli.session.Session;
import dev.firn.cli.text.Nearest;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState;
import dev.firn.core.partition.PartitionState.Absent;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.partition.PartitionState.Unreadable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
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
      "Timestamps are ISO-8601 in UTC with microseconds, binary is base64, variants and structs are"
          + " JSON, null is left out. With --json the rows are one array.",
      "A partition that cannot be read is named on stderr, the rows of the others are printed, and"
          + " the exit code is 3."
    },
    synopsisHeading = "%nUsage: ",
    parameterListHeading = "%n",
    optionListHeading = "%nOptions:%n")
public final class RowsCommand implements Callable<Integer> {
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
      names = "--with-partition",
      description = "Print each row as {\"partition\":\"datasets/...\",\"row\":{...}}.")
  boolean withPartition;

  public RowsCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    if (limit < 0) {
      throw new UsageException("--limit " + limit + ": expected 0 or more");
    }
    List<Partition> partitions = PartitionFilter.find(session, dataset, partition);
    PartitionInspector inspector = new PartitionInspector(session.disk());
    Unreadables unreadables = new Unreadables(session);
    List<Live> live = new ArrayList<>();
    for (Partition candidate : partitions) {
      PartitionState state = inspector.inspect(candidate);
      if (state instanceof Live readable) {
        live.add(readable);
      } else if (state instanceof Unreadable unreadable) {
        unreadables.add(unreadable);
      } else if (!(state instanceof Absent)) {
        throw new AssertionError(state);
      }
    }
    requireColumns(live);
    new RowPrinter(session, columns, limit, withPartition).print(live, unreadables);
    return unreadables.exitCode().code();
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
        throw new UsageException("column \"" + column + "\" is not in " + dataset + hint);
      }
    }
  }
}
