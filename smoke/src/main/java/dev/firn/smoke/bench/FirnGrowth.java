package dev.firn.smoke.bench;

import dev.firn.core.append.CacheWriter;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.smoke.shape.NarrowShape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** Many appends to one new partition that nobody maintains: does an append grow dearer? */
final class FirnGrowth implements Job {
  static final String FIRST = "firstMedianMicros";
  static final String LAST = "lastMedianMicros";
  static final String METADATA = "metadataBytes";
  private static final int WARM_UP = 1_500;
  private static final int WINDOW = 100;

  private final Path work;
  private final int count;
  private int rounds;

  FirnGrowth(Path work, int count) {
    this.work = work;
    this.count = count;
  }

  @Override
  public Map<String, Double> round() throws Exception {
    if (rounds == 0) {
      append(work.resolve("warm-up"), Math.min(WARM_UP, count));
    }
    Path root = work.resolve("round-" + rounds++);
    double[][] micros = {{}};
    Map<String, Double> figures = Timed.run(() -> micros[0] = append(root, count));
    int window = Math.min(WINDOW, count / 2);
    figures.put(FIRST, Timed.quantile(Arrays.copyOf(micros[0], window), 0.5));
    figures.put(LAST, Timed.quantile(Arrays.copyOfRange(micros[0], count - window, count), 0.5));
    figures.put(METADATA, (double) metadataBytes(root));
    Trees.remove(root);
    return figures;
  }

  private static double[] append(Path root, int count) throws Exception {
    double[] micros = new double[count];
    try (Cache cache = Cache.open(root)) {
      CacheWriter writer = cache.writer(FirnAppends.DATASET, FirnAppends.SOURCE);
      for (int i = 0; i < count; i++) {
        byte[] json = NarrowShape.exchange(i);
        long started = System.nanoTime();
        FirnAppends.append(writer, json);
        micros[i] = (System.nanoTime() - started) / 1e3;
      }
    }
    return micros;
  }

  private static long metadataBytes(Path root) throws IOException {
    long bytes = 0;
    for (Partition partition : new CacheDirectory(new LocalDisk(), root).partitions()) {
      if (new PartitionInspector(new LocalDisk()).inspect(partition) instanceof Live live) {
        bytes += Trees.bytes(live.generation().paths().metadata());
      }
    }
    return bytes;
  }
}
