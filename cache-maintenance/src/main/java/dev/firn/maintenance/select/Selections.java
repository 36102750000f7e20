package dev.firn.maintenance.select;

import dev.firn.core.generation.DropReason;
import dev.firn.core.partition.PartitionState.Live;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.FileScanTask;

/**
 * Everything that is to go from a partition: the selections of all reasons, in the order in which
 * reasons apply (see {@link DropReason}).
 */
public final class Selections {
  private static final Selections NONE = new Selections(List.of());

  private final List<RowSelection> inOrder;

  private Selections(List<RowSelection> selections) {
    this.inOrder = selections.stream().sorted(Comparator.comparing(RowSelection::reason)).toList();
  }

  /** Nothing goes but what the table's delete files hide. */
  public static Selections none() {
    return NONE;
  }

  public static Selections of(RowSelection... selections) {
    return new Selections(List.of(selections));
  }

  /** What all selectors say. */
  public static Selections by(
      Collection<RowSelector> selectors, Live live, Collection<FileScanTask> files)
      throws IOException {
    List<RowSelection> selections = new ArrayList<>();
    for (RowSelector selector : selectors) {
      selector.select(live, files).ifPresent(selections::add);
    }
    return selections.isEmpty() ? NONE : new Selections(selections);
  }

  public boolean isEmpty() {
    return inOrder.isEmpty();
  }

  /** What is to become of a file, before it is read. */
  public Verdict verdict(FileScanTask file) {
    Set<DropReason> some = EnumSet.noneOf(DropReason.class);
    for (RowSelection selection : inOrder) {
      switch (selection.extent(file)) {
        case NONE -> {}
        case SOME -> some.add(selection.reason());
        case ALL -> {
          return new Verdict(some, Optional.of(selection.reason()));
        }
      }
    }
    return some.isEmpty() ? Verdict.keep() : new Verdict(some, Optional.empty());
  }

  /**
   * The rows of some files that go.
   *
   * @param deleted what the table's delete files hide of each
   */
  public List<FileDrops> drops(List<FileScanTask> files, List<BitSet> deleted) throws IOException {
    List<FileDrops> drops = new ArrayList<>(files.size());
    for (BitSet rows : deleted) {
      FileDrops of = new FileDrops();
      of.add(DropReason.DELETED, rows);
      drops.add(of);
    }
    for (RowSelection selection : inOrder) {
      List<BitSet> rows = selection.rows(files, drops.stream().map(FileDrops::all).toList());
      if (rows.size() != files.size()) {
        throw new AssertionError(rows.size() + " answers for " + files.size() + " files");
      }
      for (int i = 0; i < files.size(); i++) {
        requireInFile(files.get(i), rows.get(i));
        drops.get(i).add(selection.reason(), rows.get(i));
      }
    }
    return drops;
  }

  /** The drops of a file that goes whole for a reason, but for what its delete files hide. */
  public static FileDrops whole(FileScanTask file, BitSet deleted, DropReason reason) {
    FileDrops drops = new FileDrops();
    drops.add(DropReason.DELETED, deleted);
    BitSet rows = new BitSet();
    rows.set(0, Math.toIntExact(file.file().recordCount()));
    drops.add(reason, rows);
    return drops;
  }

  private static void requireInFile(FileScanTask file, BitSet rows) {
    if (rows.length() > file.file().recordCount()) {
      throw new AssertionError(
          "row " + (rows.length() - 1) + " of " + file.file().recordCount() + " is to go");
    }
  }
}
