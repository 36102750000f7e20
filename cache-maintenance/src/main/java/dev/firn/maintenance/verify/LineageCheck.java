package dev.firn.maintenance.verify;

import dev.firn.core.cursor.Cursor;
import dev.firn.core.disk.Disk;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.GenerationProof;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.partition.PartitionState.OtherGeneration;
import dev.firn.maintenance.sweep.SweepInspector;
import dev.firn.maintenance.sweep.SweepItem;
import dev.firn.maintenance.sweep.SweepItem.Action;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.iceberg.Snapshot;
import org.jspecify.annotations.Nullable;

/**
 * How the generations of a partition follow from each other: the proof that the live one carries,
 * what it was made from, and what the others are.
 */
final class LineageCheck {
  private final Disk disk;
  private final Findings findings;
  private final SweepInspector sweep;

  /**
   * @param sweep looks at retired generations as if their grace were over, so that doubts are named
   *     before they matter
   */
  LineageCheck(Disk disk, Findings findings, SweepInspector sweep) {
    this.disk = disk;
    this.findings = findings;
    this.sweep = sweep;
  }

  void check(Live live) throws IOException {
    Optional<GenerationProof> proof = live.generation().proof();
    if (proof.isPresent()) {
      checkProof(live, proof.get());
    }
    checkCursor(live, proof);
    for (SweepItem item : sweep.inspect(live)) {
      if (item.path().startsWith(live.generation().directory())) {
        continue; // its litter is counted where its data is looked at
      }
      check(live, item);
    }
  }

  private void checkProof(Live live, GenerationProof proof) {
    Path metadata = live.generation().paths().metadata().resolve(live.generation().metadataFile());
    if (!proof.isBalanced()) {
      findings.damage(
          metadata,
          "rows in and restored = rows out and dropped",
          proof.rowsIn()
              + " in, "
              + (proof.rowsRestored() == 0 ? "" : proof.rowsRestored() + " restored, ")
              + proof.rowsOut()
              + " out, dropped: "
              + proof.dropped(),
          "rows were lost when it was written, or its properties are damaged",
          GenerationFindings.RESTORE + "; the generation that it was made from may still be there");
    }
    if (!proof.name().equals(live.generation().name())) {
      findings.damage(
          metadata,
          "the metadata of " + live.generation().name(),
          "that of " + proof.name(),
          "it is another generation's",
          GenerationFindings.RESTORE);
    }
    long records = records(live.generation());
    if (records >= 0 && records < proof.rowsOut()) {
      findings.warning(
          metadata,
          "at least the " + proof.rowsOut() + " rows that it was made with",
          records + " rows",
          "another engine has removed rows since, or the metadata is damaged",
          "compare with a backup if no other engine deletes rows here");
    }
    checkParent(live, proof, metadata);
  }

  /** As long as the parent is there and unchanged, its rows are known. */
  private void checkParent(Live live, GenerationProof proof, Path metadata) {
    Optional<OtherGeneration> parent =
        live.others().stream().filter(g -> g.name().equals(proof.parent())).findFirst();
    if (parent.isEmpty()) {
      return;
    }
    Generation generation;
    try {
      generation = Generation.load(disk, parent.get().directory(), parent.get().name());
    } catch (IOException e) {
      return; // its own check says so
    }
    long records = records(generation);
    if (generation.metadataFile().equals(proof.parentMetadata())
        && generation.metadata().uuid().equals(proof.parentUuid())
        && records >= 0
        && records != proof.rowsIn()) {
      findings.damage(
          metadata,
          records + " rows in, as in " + proof.parent(),
          proof.rowsIn() + "",
          "rows were lost when it was written, or one of the two is damaged",
          "keep " + proof.parent() + " until it is clear which");
    }
  }

  private void checkCursor(Live live, Optional<GenerationProof> proof) {
    Cursor cursor = live.cursor().cursor();
    Path file = live.partition().cursorFile();
    if (proof.isPresent() && cursor.origin() == Cursor.Origin.FIELD) {
      findings.note(
          file,
          "no version and no checksum, though Firn wrote " + live.generation().name(),
          "none: another program wrote it since");
    } else if (proof.isPresent() && cursor.rowCount() != proof.get().rowsOut()) {
      findings.note(
          file,
          "rowCount " + cursor.rowCount() + ", the last swap wrote " + proof.get().rowsOut(),
          "none: it is a note, the table is the truth");
    }
  }

  private void check(Live live, SweepItem item) {
    boolean named = item.name().isPresent();
    Path marker = item.path().resolve(PartitionFiles.RETIRED);
    switch (item.kind()) {
      case RETIRED -> {
        if (item.action() == Action.MARK) {
          findings.warning(
              marker,
              "the time since when it is superseded",
              item.why(),
              "no row is affected; its grace does not run yet",
              "the next pass writes the marker anew");
        } else {
          findings.note(item.path(), item.why(), "none: it goes when its grace is over");
        }
      }
      case ORPHAN ->
          findings.note(
              item.path(),
              item.why(),
              named
                  ? "none: no row is in it alone; it goes after its grace"
                  : "none: it is litter");
      case IN_DOUBT ->
          findings.warning(
              item.path(),
              "a generation that was superseded by " + live.generation().name() + " or never live",
              item.why(),
              "it may hold rows that "
                  + live.generation().name()
                  + " does not; it is never removed",
              "compare its rows with the live ones; remove it by hand if it is not needed");
    }
  }

  private static long records(Generation generation) {
    @Nullable Snapshot snapshot = generation.metadata().currentSnapshot();
    return snapshot == null ? 0 : SnapshotSummary.number(snapshot, "total-records");
  }
}
