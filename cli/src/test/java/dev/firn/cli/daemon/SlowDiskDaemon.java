package dev.firn.cli.daemon;

import dev.firn.cli.CommandRun;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code firn daemon run} on a disk of which every link into {@code data/} takes 200 ms, as long as
 * there is a file called {@code slow} in the user's directory. For a process of its own.
 */
final class SlowDiskDaemon {
  private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private SlowDiskDaemon() {}

  public static void main(String[] arguments) {
    Path home = Path.of(arguments[0]);
    int code =
        new CommandRun(home)
            .maintaining()
            .at(InstantSource.system())
            .writingTo(System.out)
            .on(disk(home.resolve("slow")))
            .run("daemon", "run")
            .code();
    System.exit(code);
  }

  private static Disk disk(Path slow) {
    LocalDisk local = new LocalDisk();
    return (Disk)
        Proxy.newProxyInstance(
            Disk.class.getClassLoader(),
            new Class<?>[] {Disk.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("link")
                  && arguments[1].toString().contains("/data/")
                  && Files.exists(slow)) {
                LockSupport.parkNanos(SLOW_NANOS);
              }
              try {
                return method.invoke(local, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
