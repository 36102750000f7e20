package dev.firn.cli.query;

import dev.firn.cli.failure.UsageException;
import dev.firn.cli.session.Session;
import dev.firn.cli.text.Nearest;
import dev.firn.core.layout.Names;
import dev.firn.core.layout.Partition;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the partitions that a command line asks for. */
final class PartitionFilter {

  private PartitionFilter() {}

  /**
   * The partitions of a dataset whose keys have all the values asked for, in the order of their
   * paths.
   *
   * @param keys {@code k=v/k=v}; all partitions if null
   * @throws UsageException if there is no such dataset or no such partition
   */
  static List<Partition> find(Session session, String dataset, @Nullable String keys)
      throws IOException {
    session.requireDatasets(List.of(dataset));
    List<Partition> found = list(session, dataset, keys);
    if (found.isEmpty() && keys != null) {
      List<Partition> partitions = list(session, dataset, null);
      throw new UsageException(
          "partition "
              + Names.quoted(keys)
              + " is not in dataset "
              + dataset
              + "; there "
              + (partitions.isEmpty()
                  ? "are none"
                  : "are "
                      + partitions.stream()
                          .map(PartitionFilter::shown)
                          .collect(Collectors.joining(", ")))
              + Nearest.hint(keys, partitions.stream().map(PartitionFilter::shown).toList()));
    }
    return found;
  }

  /** Like {@link #find}; none if there are none. */
  static List<Partition> list(Session session, String dataset, @Nullable String keys)
      throws IOException {
    Map<String, String> wanted = keys == null ? Map.of() : parse(keys);
    return session.cache().partitions(dataset).stream()
        .filter(p -> p.keys().entrySet().containsAll(wanted.entrySet()))
        .toList();
  }

  private static Map<String, String> parse(String keys) {
    try {
      return Names.parseKeys(keys);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private static String shown(Partition partition) {
    return partition.keys().isEmpty()
        ? "one without keys"
        : partition.keys().entrySet().stream()
            .map(e -> e.getKey() + "=" + e.getValue())
            .collect(Collectors.joining("/"));
  }
}
