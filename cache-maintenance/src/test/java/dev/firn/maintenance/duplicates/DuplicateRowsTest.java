package dev.firn.maintenance.duplicates;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.Generation;
import dev.firn.core.read.DataFileRows;
import dev.firn.maintenance.duplicates.DuplicatesConfig.Kept;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import org.apache.iceberg.FileScanTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DuplicateRowsTest {
  @TempDir Path root;

  @Test
  void keysForWhichThereIsNoRoomAreReadAgainWithTheSameAnswer() throws Exception {
    try (Cache cache = Appends.open(root)) {
      for (int i = 0; i < 3; i++) {
        Appends.writer(cache).append(Appends.exchange("same", 100 + i));
        Appends.writer(cache).append(Appends.exchange("other" + i, 100));
      }
    }
    Generation generation = Appends.live(new LocalDisk(), root).generation();
    List<FileScanTask> files = generation.liveFiles();
    List<BitSet> gone = files.stream().map(file -> new BitSet()).toList();
    gone.get(0).set(0, 3);
    for (Kept kept : Kept.values()) {
      DuplicateRows atOnce = rows(generation, kept, 1 << 20);
      DuplicateRows inParts = rows(generation, kept, 10_000);
      List<BitSet> found = atOnce.rows(files, gone);
      assertThat(inParts.rows(files, gone)).isEqualTo(found);
      assertThat(atOnce.passes()).isEqualTo(1);
      assertThat(inParts.passes()).isBetween(5, 30);
      assertThat(found.stream().mapToInt(BitSet::cardinality).sum()).isEqualTo(303 - 3 - 102);
      assertThat(found.get(0).intersects(gone.get(0))).isFalse();
    }
  }

  private static DuplicateRows rows(Generation generation, Kept kept, long maxBytes) {
    return new DuplicateRows(
        new DataFileRows(new LocalDisk(), generation),
        generation.io()::resolve,
        generation.metadata().schema().findField("k"),
        kept,
        maxBytes);
  }
}
