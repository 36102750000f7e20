package dev.firn.core.append;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.disk.Disk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.testing.CacheRows;
import dev.firn.core.testing.RecordingDisk;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Writers are closed behind those who append, and nobody can tell by what is read. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CacheAppenderTest {
  @TempDir Path root;
  private final RecordingDisk disk = new RecordingDisk();

  private CacheAppender appender(Disk on, int mostWriters) {
    return new CacheAppender(
        on, new CacheDirectory(on, root), InstantSource.system(), Appends.OPTIONS, mostWriters);
  }

  private static CacheWriter writer(CacheAppender appender, int source) {
    return appender.writer("logs", Map.of("source", "s" + source));
  }

  private Live live(int source) throws IOException {
    Partition partition =
        new CacheDirectory(disk, root).partition("logs", Map.of("source", "s" + source));
    return (Live) new PartitionInspector(disk).inspect(partition);
  }

  @Test
  void writersOfManySourcesAreBoundedAndWhatTheOldestLandedIsPublished() throws Exception {
    CacheAppender appender = appender(disk, 4);
    for (int round = 0; round < 3; round++) {
      for (int source = 0; source < 12; source++) {
        writer(appender, source).append("{\"n\": %d}".formatted(round));
        assertThat(appender.openWriters()).isLessThanOrEqualTo(4);
      }
    }
    for (int source = 0; source < 12; source++) {
      assertThat(live(source).generation().unpublished()).hasSize(source < 8 ? 0 : 1);
    }
    appender.close();
    for (int source = 0; source < 12; source++) {
      assertThat(live(source).generation().unpublished()).isEmpty();
      assertThat(CacheRows.read(disk, live(source))).hasSize(3);
    }
  }

  @Test
  void aWriterInUseStaysOpenHoweverManyOthersCome() throws Exception {
    AtomicBoolean slowly = new AtomicBoolean();
    CountDownLatch linking = new CountDownLatch(1);
    CountDownLatch others = new CountDownLatch(1);
    Disk blocking =
        (Disk)
            Proxy.newProxyInstance(
                Disk.class.getClassLoader(),
                new Class<?>[] {Disk.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("link")
                      && slowly.get()
                      && arguments[1].toString().contains("source=s0/table/data/")) {
                    linking.countDown();
                    others.await();
                  }
                  try {
                    return method.invoke(disk, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    CacheAppender appender = appender(blocking, 2);
    writer(appender, 0).append("{\"n\": 1}");
    appender.publish(); // which does not count as a use that has ended
    slowly.set(true);
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try {
      Future<Receipt> slow = executor.submit(() -> writer(appender, 0).append("{\"n\": 1}"));
      linking.await();
      for (int source = 1; source < 8; source++) {
        writer(appender, source).append("{\"n\": 1}");
        assertThat(appender.openWriters()).isLessThanOrEqualTo(3);
      }
      others.countDown();
      assertThat(slow.get().rows()).isEqualTo(1);
    } finally {
      executor.shutdownNow();
    }
    assertThat(appender.openWriters()).isLessThanOrEqualTo(2);
    appender.close();
    assertThat(CacheRows.read(disk, live(0))).hasSize(2);
  }

  @Test
  void threadsThatAppendToMoreSourcesThanStayOpenLoseNothingAndLandNothingTwice() throws Exception {
    int threads = 4;
    int appends = 60;
    CacheAppender appender = appender(disk, 2);
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    int[] expected = new int[6];
    try {
      List<Future<int[]>> counts = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        Random random = new Random(thread);
        Callable<int[]> work =
            () -> {
              int[] count = new int[expected.length];
              for (int i = 0; i < appends; i++) {
                int source = random.nextInt(expected.length);
                writer(appender, source).append("{\"n\": 1}");
                count[source]++;
                if (i % 20 == 0) {
                  appender.publish();
                }
              }
              return count;
            };
        counts.add(executor.submit(work));
      }
      for (Future<int[]> count : counts) {
        for (int source = 0; source < expected.length; source++) {
          expected[source] += count.get()[source];
        }
      }
    } finally {
      executor.shutdownNow();
    }
    appender.close();
    for (int source = 0; source < expected.length; source++) {
      assertThat(CacheRows.read(disk, live(source))).hasSize(expected[source]);
      assertThat(live(source).generation().unpublished()).isEmpty();
    }
  }
}
