package dev.firn.maintenance;

import dev.firn.core.append.AppendOptions;
import dev.firn.core.append.Appends;
import dev.firn.core.append.CacheWriter;
import dev.firn.core.append.SnapshotPolicy;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.maintenance.PassOptions.Steps;
import dev.firn.maintenance.config.MaintenanceConfig.Prove;
import dev.firn.maintenance.report.PassReport;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** What the child processes of {@link AppendRaceTest} do. */
final class AppendProcess {
  private AppendProcess() {}

  /** Starts one; what it says goes to {@code log}. */
  static Process start(Path log, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx300m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                AppendProcess.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  public static void main(String[] arguments) throws Exception {
    Path root = Path.of(arguments[1]);
    switch (arguments[0]) {
      case "append" ->
          append(
              root,
              arguments[2],
              Path.of(arguments[3]),
              Integer.parseInt(arguments[4]),
              Integer.parseInt(arguments[5]),
              Integer.parseInt(arguments[6]));
      case "maintain" -> maintain(root, new File(arguments[2]));
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  /** Each acknowledged exchange goes into the ledger before the next one is begun. */
  private static void append(
      Path root, String name, Path ledger, int threads, int exchanges, int rows) throws Exception {
    AppendOptions options =
        new AppendOptions(Map.of(), SnapshotPolicy.defaults(), Duration.ofMillis(200), name);
    AtomicInteger next = new AtomicInteger();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    try (FileChannel book =
            FileChannel.open(
                ledger,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND);
        Cache cache = Cache.open(new LocalDisk(), root, InstantSource.system(), options)) {
      CacheWriter writer = Appends.writer(cache);
      List<Thread> all = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        Thread thread =
            new Thread(
                () -> {
                  try {
                    for (int i = next.getAndIncrement();
                        i < exchanges;
                        i = next.getAndIncrement()) {
                      String id = name + "-" + i;
                      writer.append(Appends.exchange(id, rows));
                      book.write(ByteBuffer.wrap((id + "\n").getBytes(StandardCharsets.UTF_8)));
                    }
                  } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                  }
                });
        thread.start();
        all.add(thread);
      }
      for (Thread thread : all) {
        thread.join();
      }
    }
    if (failure.get() != null) {
      failure.get().printStackTrace();
      System.exit(1);
    }
  }

  /** Forced passes, one after the other, for as long as a file is there and until one swaps. */
  private static void maintain(Path root, File wanted) throws Exception {
    int passes = 0;
    int swaps = 0;
    while (wanted.exists() || swaps == 0) {
      PassReport report =
          new MaintenancePass(
                  new LocalDisk(),
                  new CacheDirectory(new LocalDisk(), root),
                  Passes.config(Prove.CONTENT),
                  InstantSource.system(),
                  "race")
              .run(Passes.options(false, true, Steps.ALL), new PassListener() {});
      passes++;
      for (var partition : report.partitions()) {
        switch (partition.outcome()) {
          case COMPACTED -> swaps++;
          case FAILED, UNREADABLE ->
              System.out.println(partition.outcome() + ": " + partition.reason());
          default -> {
            continue;
          }
        }
      }
    }
    System.out.println(passes + " passes, " + swaps + " swaps");
    Files.writeString(wanted.toPath().resolveSibling("swaps"), Integer.toString(swaps));
  }
}
