package dev.firn.maintenance;

import dev.firn.core.append.Appends;
import dev.firn.core.condition.Condition;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.DropReason;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.maintenance.ModelCache.DataFile;
import dev.firn.maintenance.ModelCache.Work;
import dev.firn.maintenance.ModelOperation.Done;
import dev.firn.maintenance.ModelRows.Row;
import dev.firn.maintenance.PassOptions.Steps;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.config.MaintenanceConfig.Prove;
import dev.firn.maintenance.drop.DatasetDrop;
import dev.firn.maintenance.drop.DropReport;
import dev.firn.maintenance.duplicates.DuplicatesConfig;
import dev.firn.maintenance.duplicates.DuplicatesConfig.Kept;
import dev.firn.maintenance.purge.CachePurge;
import dev.firn.maintenance.purge.PurgeFinding;
import dev.firn.maintenance.purge.PurgeFinding.Place;
import dev.firn.maintenance.purge.PurgeOptions;
import dev.firn.maintenance.purge.PurgeReport;
import dev.firn.maintenance.purge.PurgedPartition;
import dev.firn.maintenance.repair.CacheRepair;
import dev.firn.maintenance.repair.RepairOptions;
import dev.firn.maintenance.repair.RepairReport;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.restore.PartitionRestore;
import dev.firn.maintenance.restore.RestoreReport;
import dev.firn.maintenance.retain.RetentionConfig;
import dev.firn.maintenance.retain.RetentionPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** What removes rows, in random variations, with what must come of each. */
final class RemovalOperations {
  private static final String ARCHIVE = "archive";
  private static final Work NOTHING = () -> {};

  private final ModelCache model;
  private final Passes passes;
  private final Random random;
  private final ModelArchive archive;
  private boolean repaired;

  RemovalOperations(ModelCache model, Passes passes, Random random) {
    this.model = model;
    this.passes = passes;
    this.random = random;
    this.archive = new ModelArchive(model.root.resolve(ARCHIVE));
  }

  boolean hasRepaired() {
    return repaired;
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private CacheDirectory directory(Disk disk) {
    return new CacheDirectory(disk, model.root);
  }

  private RetentionPolicy policy() {
    RetentionPolicy policy = chance(60) ? RetentionPolicy.ofDays(1 + random.nextInt(12)) : keep();
    if (chance(30)) {
      policy = policy.withMaxRows(5 + random.nextInt(40));
    }
    if (chance(50)) {
      policy = policy.withProtect(ModelRows.PROTECT);
    }
    return chance(60) ? policy.withArchive(ARCHIVE) : policy;
  }

  private static RetentionPolicy keep() {
    return RetentionPolicy.keep();
  }

  /** A pass with a retention, and what else it may do. */
  ModelOperation pass() {
    boolean byBytes = chance(15);
    RetentionPolicy policy =
        byBytes
            ? keep().withMaxBytes(4_000 + random.nextInt(30_000)).withProtect(ModelRows.PROTECT)
            : policy();
    boolean byGroup = chance(50);
    Optional<Kept> kept =
        byBytes || chance(60) ? Optional.empty() : Optional.of(Kept.values()[random.nextInt(2)]);
    RetentionConfig retention = RetentionConfig.of(Appends.DATASET, policy);
    MaintenanceConfig config =
        Passes.config(chance(50) ? Prove.CONTENT : Prove.COUNTS)
            .with(byGroup ? retention.withKey(Appends.DATASET, "g") : retention)
            .with(
                kept.map(which -> DuplicatesConfig.of(Appends.DATASET, "g", which))
                    .orElse(DuplicatesConfig.none()));
    PassOptions options =
        new PassOptions(
            List.of(),
            false,
            chance(60),
            List.of(Steps.ALL, Steps.ALL, Steps.ALL, Steps.RETAIN_ONLY, Steps.COMPACT_ONLY)
                .get(random.nextInt(5)),
            Optional.empty(),
            false,
            chance(20));
    boolean retains = options.steps().retains() && policy.drops();
    Set<String> expired =
        retains && !byBytes ? model.rows.expired(policy, byGroup, passes.now()) : new HashSet<>();
    List<Row> droppable = model.rows.droppable(policy, byGroup);
    Set<String> mayGo = new HashSet<>(expired);
    if (byBytes && retains) {
      droppable.forEach(row -> mayGo.add(row.key()));
    }
    Set<String> duplicates = kept.isPresent() ? model.rows.duplicates() : Set.of();
    mayGo.addAll(duplicates);
    boolean archives = policy.archive().isPresent() && retains;
    if (archives) {
      // Somebody who appends meanwhile may do so before it is decided what goes.
      archive.mayTake(expired);
    }
    return new ModelOperation(
        "pass " + policy + (byGroup ? " by g" : "") + ", " + kept + ", " + options,
        mayGo,
        expired,
        Set.of(),
        false,
        policy.maxRows().isEmpty() && !byBytes,
        disk -> {
          passes.configure(config);
          PassReport report = passes.on(disk).run(options);
          requireDone(report);
          return (gone, found) -> {
            if (report.dropped().count(DropReason.EXPIRED) != expired.size() && !byBytes) {
              throw new AssertionError(report.dropped() + ", expected to expire: " + expired);
            }
            if (byBytes) {
              requireOldest(droppable, gone);
            }
            Set<String> asDuplicates = new HashSet<>(gone);
            asDuplicates.removeAll(expired);
            if (!byBytes) {
              requireAnotherOfTheGroup(asDuplicates, found);
            }
            if (archives) {
              archive.took(expired);
            }
            archive.require();
          };
        },
        NOTHING,
        NOTHING);
  }

  private static void requireDone(PassReport report) {
    for (PartitionReport partition : report.partitions()) {
      if (partition.outcome() != Outcome.COMPACTED && partition.outcome() != Outcome.SKIPPED) {
        throw new AssertionError(partition.outcome() + ": " + partition.reason());
      }
    }
    report
        .retention()
        .forEach(
            dataset -> {
              if (dataset.error().isPresent()) {
                throw new AssertionError(dataset);
              }
            });
  }

  /** None stays that is older than one that went. */
  private static void requireOldest(List<Row> droppable, Set<String> gone) {
    boolean stays = false;
    for (Row row : droppable) {
      if (!gone.contains(row.key())) {
        stays = true;
      } else if (stays) {
        throw new AssertionError(row + " went, and an older one did not: " + gone);
      }
    }
  }

  private void requireAnotherOfTheGroup(Set<String> duplicates, Set<String> found) {
    for (String key : duplicates) {
      Row row = model.rows.row(key);
      boolean other =
          found.stream()
              .map(model.rows::row)
              .anyMatch(r -> r.source().equals(row.source()) && r.group().equals(row.group()));
      if (!other) {
        throw new AssertionError(row + " went as a duplicate, and no other row of its key is left");
      }
    }
  }

  /** The rows of one note, wherever they are. */
  ModelOperation purge() {
    String note = model.note();
    PurgeOptions options = new PurgeOptions(true, chance(70), chance(50));
    MaintenanceConfig config =
        Passes.CONFIG.with(RetentionConfig.of(Appends.DATASET, keep().withArchive(ARCHIVE)));
    Set<String> matching = model.rows.keysWithNote(note);
    Condition condition = Condition.parse("note = '" + note + "'");
    return new ModelOperation(
        "purge of " + note + ", " + options,
        matching,
        matching,
        Set.of(),
        false,
        true,
        disk -> {
          CacheDirectory cache = directory(disk);
          PurgeReport report =
              new CachePurge(disk, cache, config, passes::now, "test")
                  .run(Appends.DATASET, cache.partitions(Appends.DATASET), condition, options);
          return (gone, found) -> requirePurged(report, note, options);
        },
        () -> {
          if (options.archives()) {
            archive.mayLose(model.rows.everWithNote(note));
          }
        },
        NOTHING);
  }

  /** What the bytes of the files say is what the report says. */
  private void requirePurged(PurgeReport report, String note, PurgeOptions options)
      throws IOException {
    Set<Path> named = new HashSet<>();
    for (PurgedPartition partition : report.partitions()) {
      switch (partition.outcome()) {
        case CLEAN, PURGED -> {}
        case LEFT -> {
          for (PurgeFinding finding : partition.after().orElseThrow().findings()) {
            Place place = finding.place();
            boolean asTold =
                (place == Place.QUARANTINE || place == Place.REPAIR_COPY) && !options.copies();
            if (!asTold && place != Place.ARCHIVE) {
              throw new AssertionError("left: " + finding);
            }
          }
        }
        case PROPOSED, UNREADABLE, HELD, FAILED -> throw new AssertionError(partition);
      }
      partition
          .after()
          .ifPresent(after -> after.findings().forEach(finding -> named.add(finding.path())));
    }
    for (Path file : RawText.filesWith(model.root, note)) {
      Path path = model.root.resolve(file);
      if (!named.contains(path) && report.gone().stream().noneMatch(path::startsWith)) {
        throw new AssertionError(file + " still has " + note + ", and nobody says so: " + report);
      }
    }
    if (options.archives()) {
      archive.mayLose(model.rows.everWithNote(note));
    }
    archive.require();
  }

  ModelOperation restore(String source) throws IOException {
    Set<String> before = model.rows.keys();
    Set<String> after = model.restored(source).orElse(before);
    Set<String> back = new HashSet<>(after);
    back.removeAll(before);
    Set<String> gone = new HashSet<>(before);
    gone.removeAll(after);
    return new ModelOperation(
        "restore of " + source,
        gone,
        gone,
        back,
        true,
        true,
        disk -> {
          RestoreReport report =
              new PartitionRestore(disk, directory(disk), Passes.CONFIG, passes::now, "test")
                  .run(model.partition(disk, source), true);
          return switch (report.outcome()) {
            case RESTORED -> (went, found) -> {};
            case REFUSED -> Done.REFUSED;
            case PROPOSED, UNREADABLE, HELD, FAILED -> throw new AssertionError(report);
          };
        },
        NOTHING,
        NOTHING);
  }

  /** A data file is torn; then a repair puts it into quarantine, the second one if need be. */
  Optional<ModelOperation> repair(String source) throws IOException {
    Optional<DataFile> file = model.anyDataFile(source);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    Path path = file.get().path();
    Set<String> keys = new HashSet<>(file.get().keys());
    keys.retainAll(model.rows.keys());
    Work tear =
        () -> {
          byte[] bytes = Files.readAllBytes(path);
          Files.delete(path); // it may have another name in a superseded generation
          Files.write(path, Arrays.copyOf(bytes, bytes.length / 2));
          repaired = true;
        };
    tear.run();
    return Optional.of(
        new ModelOperation(
            "repair of " + path.getFileName() + " with " + keys,
            keys,
            keys,
            Set.of(),
            true,
            false,
            disk -> {
              repair(disk, source);
              return (gone, found) -> {};
            },
            NOTHING,
            () -> repair(new RecordingDisk(), source)));
  }

  private void repair(Disk disk, String source) throws IOException {
    RepairReport report =
        new CacheRepair(disk, directory(disk), Passes.CONFIG, passes::now, "test")
            .run(List.of(model.partition(disk, source)), RepairOptions.provable());
    if (report.damage() > 0) {
      throw new AssertionError(report);
    }
  }

  ModelOperation drop() {
    Set<String> all = model.rows.keys();
    boolean archives = chance(30);
    MaintenanceConfig config =
        Passes.CONFIG.with(RetentionConfig.of(Appends.DATASET, keep().withArchive(ARCHIVE)));
    return new ModelOperation(
        "drop" + (archives ? " with archives" : ""),
        all,
        all,
        Set.of(),
        true,
        false,
        disk -> {
          DropReport report =
              new DatasetDrop(disk, directory(disk), config, passes::now, "test")
                  .run(Appends.DATASET, true, archives);
          if (report.outcome() != DropReport.Outcome.DROPPED) {
            throw new AssertionError(report);
          }
          return (gone, found) -> {
            if (Files.exists(model.root.resolve("datasets/" + Appends.DATASET))
                || Files.exists(model.root.resolve("held/datasets/" + Appends.DATASET))) {
              throw new AssertionError("dropped, and still there");
            }
            if (archives) {
              archive.lost(archive.keys());
            }
            archive.require();
          };
        },
        () -> {
          if (archives) {
            archive.mayLose(archive.keys());
          }
        },
        NOTHING);
  }
}
