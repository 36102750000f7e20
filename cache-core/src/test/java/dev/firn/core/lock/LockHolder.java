package dev.firn.core.lock;

import dev.firn.core.CacheException.LeaseUnavailable;
import dev.firn.core.disk.LocalDisk;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;

/** Another process that tries to take a partition's lease and keeps it until it is told to end. */
final class LockHolder implements Closeable {
  private final Process process;
  private final BufferedReader output;

  private LockHolder(Process process) {
    this.process = process;
    this.output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  static LockHolder start(Path partition) throws IOException {
    return new LockHolder(
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                LockHolder.class.getName(),
                partition.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  /** {@code held}, or {@code refused} and why. */
  String answer() throws IOException {
    return String.valueOf(output.readLine());
  }

  long pid() {
    return process.pid();
  }

  void release() throws IOException, InterruptedException {
    process.getOutputStream().close();
    process.waitFor();
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    output.close();
  }

  public static void main(String[] arguments) throws IOException {
    PartitionLocks locks = new PartitionLocks(new LocalDisk(), "child");
    try (HeldLock lock =
        locks.takeLease(Path.of(arguments[0]), Instant.parse("2026-11-22T05:00:00Z"))) {
      lock.requireValid();
      System.out.println("held");
      while (System.in.read() >= 0) {
        // until the parent closes it
      }
    } catch (LeaseUnavailable e) {
      System.out.println("refused " + e.getMessage());
    }
  }
}
