package dev.firn.cli.sql;

import dev.firn.core.append.HeldAppends;
import dev.firn.core.condition.Bound;
import dev.firn.core.condition.Condition;
import dev.firn.core.condition.InvalidConditionException;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionState;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.read.LiveFiles;
import dev.firn.core.rows.TypeText;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;

/**
 * Takes what is live in a dataset at one instant a partition: published, landed and held rows.
 * Takes no lock and writes nothing into the cache.
 */
final class Snapshots {
  private final Disk disk;
  private final CacheDirectory cache;
  private final HeldAppends held;
  private final Scratch scratch;

  Snapshots(Disk disk, CacheDirectory cache, InstantSource clock, Scratch scratch) {
    this.disk = disk;
    this.cache = cache;
    this.held = new HeldAppends(disk, cache, clock);
    this.scratch = scratch;
  }

  /**
   * A dataset at an instant.
   *
   * @param files how many files are to be read
   * @param left how many are not, because no row in them can match
   * @param unsupported columns that are in the table and not in the view, each with its type
   */
  record Snapshot(DatasetView view, int files, int left, Map<String, String> unsupported) {
    Snapshot {
      unsupported = new LinkedHashMap<>(unsupported);
    }
  }

  /**
   * A partition.
   *
   * @param held its held rows as they will land
   */
  private record State(Partition partition, PartitionState state, Optional<Source> held) {}

  /**
   * All of a dataset.
   *
   * @param conditions that the rows that are asked for fulfil, all of them
   * @param found told of the partitions; of one that is unreadable only the held rows are taken
   */
  Snapshot take(String dataset, List<Condition> conditions, Found found) throws IOException {
    List<State> states = new ArrayList<>();
    List<Live> live = new ArrayList<>();
    for (Partition partition : cache.partitions(dataset)) {
      State state = inspect(partition);
      states.add(state);
      if (state.state() instanceof Live readable) {
        live.add(readable);
      }
      found.partition(state.state());
    }
    return take(dataset, states, columns(live), conditions);
  }

  /**
   * One partition of a dataset.
   *
   * @param columns of the dataset
   */
  Snapshot take(Partition partition, List<Source> columns, List<Condition> conditions, Found found)
      throws IOException {
    State state = inspect(partition);
    found.partition(state.state());
    return take(partition.dataset(), List.of(state), columns, conditions);
  }

  private Snapshot take(
      String dataset, List<State> states, List<Source> columns, List<Condition> conditions)
      throws IOException {
    DatasetView whole = new DatasetView(dataset, columns);
    List<Source> sources = new ArrayList<>(columns);
    int left = 0;
    for (State state : states) {
      if (state.state() instanceof Live live) {
        LiveFiles files =
            LiveFiles.of(
                disk,
                live.generation(),
                g -> pruning(g.metadata().schema(), state.partition().keys(), whole, conditions),
                state.partition().keys());
        left += files.left();
        sources.add(scratch.source(state.partition(), files));
      }
      state.held().ifPresent(sources::add);
    }
    DatasetView view = new DatasetView(dataset, sources);
    return new Snapshot(view, view.files().size(), left, unsupported(states));
  }

  private static Map<String, String> unsupported(List<State> states) {
    Map<String, String> unsupported = new LinkedHashMap<>();
    for (State state : states) {
      if (state.state() instanceof Live live) {
        for (Types.NestedField field : live.generation().metadata().schema().columns()) {
          if (!SqlType.isSupported(field.type())) {
            unsupported.put(field.name(), TypeText.of(field.type()));
          }
        }
      }
    }
    return unsupported;
  }

  private State inspect(Partition partition) throws IOException {
    try (HeldAppends.Instant instant = held.inspect(partition, scratch.disk(), scratch::newFile)) {
      Optional<Generation> generation =
          instant.state() instanceof Live live ? Optional.of(live.generation()) : Optional.empty();
      return new State(
          partition,
          instant.state(),
          instant.held().isEmpty()
              ? Optional.empty()
              : Optional.of(scratch.encode(partition, generation, instant.held())));
    }
  }

  /** The columns of partitions, as sources without files. */
  static List<Source> columns(List<Live> partitions) {
    List<Source> sources = new ArrayList<>();
    for (Live live : partitions) {
      sources.add(
          new Source(
              live.partition().keys(),
              Scratch.supported(live.generation().metadata().schema()),
              List.of(),
              Map.of()));
    }
    return sources;
  }

  /**
   * Those of the conditions that can be asked of a partition's statistics, as one: of columns that
   * are in the partition what they are in the view.
   */
  private static Optional<Bound> pruning(
      Schema schema, Map<String, String> keys, DatasetView view, List<Condition> conditions) {
    Map<String, Types.NestedField> fields = new LinkedHashMap<>();
    for (Types.NestedField field : Scratch.supported(schema).columns()) {
      if (view.isPlain(field.name())
          && SqlType.of(field.type()).shown().equals(view.type(field.name()))) {
        fields.put(field.name(), field);
      }
    }
    int id = Integer.MAX_VALUE;
    for (String key : keys.keySet()) {
      if (view.isKey(key) && !fields.containsKey(key)) {
        fields.put(key, Types.NestedField.optional(id--, key, Types.StringType.get()));
      }
    }
    if (conditions.isEmpty() || !view.hasPlainNames() || fields.isEmpty()) {
      return Optional.empty();
    }
    Schema known = new Schema(List.copyOf(fields.values()));
    String usable =
        conditions.stream()
            .filter(condition -> binds(condition, known))
            .map(condition -> "(" + condition + ")")
            .collect(Collectors.joining(" AND "));
    return usable.isEmpty() ? Optional.empty() : Optional.of(Condition.parse(usable).bind(known));
  }

  private static boolean binds(Condition condition, Schema schema) {
    try {
      condition.bind(schema);
      return true;
    } catch (InvalidConditionException e) {
      return false;
    }
  }
}
