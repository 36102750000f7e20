package dev.firn.smoke.bench;

import dev.firn.smoke.shape.FieldPartition;
import dev.firn.smoke.shape.FieldShape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Compaction of the field's shape against DuckDB, Iceberg and the least that must be done. */
final class CompactionBenchmarks {
  private static final int EXCHANGES = 600;

  private CompactionBenchmarks() {}

  static Outcome againstDuckDb(Setting setting) throws IOException {
    Input input = Input.create(setting, EXCHANGES);
    try (Contest contest = new Contest(setting.work())) {
      Engine firn = input.enterFirn(contest, setting);
      Engine duckDb =
          contest.enter("DuckDB COPY", "64m", Jobs.DUCKDB_COMPACTION, input.root(), setting.work());
      List<Engine> engines = contest.run(setting);
      return new Outcome(
          "compaction-duckdb",
          input.text(),
          engines,
          List.of(
              Target.atLeast("speed against DuckDB", speed(firn, duckDb), 2, "times"),
              Target.atMost("output against DuckDB's", bytes(firn) / bytes(duckDb), 1.02, "times"),
              Target.atMost(
                  "peak memory against DuckDB's",
                  firn.peakBytes() / duckDb.peakBytes(),
                  0.5,
                  "times")));
    } finally {
      Trees.remove(input.root());
    }
  }

  static Outcome againstIceberg(Setting setting) throws IOException {
    Input input = Input.create(setting, EXCHANGES);
    try (Contest contest = new Contest(setting.work())) {
      Engine firn = input.enterFirn(contest, setting);
      Engine iceberg =
          contest.enter(
              "Iceberg generic", "4g", Jobs.ICEBERG_COMPACTION, input.root(), setting.work());
      List<Engine> engines = contest.run(setting);
      return new Outcome(
          "compaction-iceberg",
          input.text(),
          engines,
          List.of(Target.atLeast("speed against Iceberg", speed(firn, iceberg), 10, "times")));
    } finally {
      Trees.remove(input.root());
    }
  }

  static Outcome againstFloor(Setting setting) throws IOException {
    Input input = Input.create(setting, EXCHANGES);
    try (Contest contest = new Contest(setting.work())) {
      Engine firn = input.enterFirn(contest, setting);
      Engine floor = contest.enter("floor", "256m", Jobs.FLOOR, input.root());
      List<Engine> engines = contest.run(setting);
      return new Outcome(
          "compaction-floor",
          input.text(),
          engines,
          List.of(Target.atMost("CPU against the floor", cpu(firn, floor), 2, "times")));
    } finally {
      Trees.remove(input.root());
    }
  }

  static Outcome field(Setting setting) throws IOException {
    Input input = Input.create(setting, FieldShape.EXCHANGES);
    try (Contest contest = new Contest(setting.work())) {
      Engine firn = input.enterFirn(contest, setting);
      Engine floor = contest.enter("floor", "256m", Jobs.FLOOR, input.root());
      List<Engine> engines = contest.run(setting);
      List<Target> targets = new ArrayList<>();
      targets.add(Target.atMost("peak memory", firn.peakBytes() / 1e6, 450, "MB"));
      targets.add(Target.atMost("CPU against the floor", cpu(firn, floor), 2.5, "times"));
      targets.add(
          Target.atMost(
              "output of input (a release of the field's program published 0.23, and reaches 1.11"
                  + " on this shape)",
              bytes(firn) / input.bytes(),
              0.47,
              "times"));
      return new Outcome("compaction-field", input.text(), engines, targets);
    } finally {
      Trees.remove(input.root());
    }
  }

  private static double speed(Engine firn, Engine peer) {
    return peer.median(Timed.SECONDS) / firn.median(Timed.SECONDS);
  }

  private static double cpu(Engine firn, Engine floor) {
    return firn.median(Timed.CPU_SECONDS) / floor.median(Timed.CPU_SECONDS);
  }

  private static double bytes(Engine engine) {
    return engine.median(FirnCompaction.BYTES);
  }

  /** A cache of the field's shape. */
  private record Input(Path root, int exchanges, long bytes) {

    static Input create(Setting setting, int fullExchanges) throws IOException {
      int exchanges = setting.scaled(fullExchanges, 8);
      Path root = setting.work().resolve("field");
      FieldPartition.create(root, exchanges);
      return new Input(root, exchanges, Trees.bytes(FieldPartition.data(root)));
    }

    Engine enterFirn(Contest contest, Setting setting) throws IOException {
      return contest.enter("Firn", "256m", Jobs.FIRN_COMPACTION, root, setting.work());
    }

    String text() {
      return "%,d files of the field's shape, %,d rows, %,d bytes"
          .formatted(exchanges, (long) exchanges * FieldShape.ROWS, bytes);
    }
  }
}
