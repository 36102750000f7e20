package dev.firn.cli;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;

/** A disk that can be read and fails on everything else: what permissions do not do to root. */
final class ReadOnlyDisk {
  private static final Set<String> READS =
      Set.of("read", "open", "list", "stat", "isDirectory", "isFile", "usableBytes", "fileSystem");

  private ReadOnlyDisk() {}

  /**
   * @param refused gets every call that is more than reading
   */
  static Disk refusing(List<String> refused) {
    Disk disk = new LocalDisk();
    return (Disk)
        Proxy.newProxyInstance(
            Disk.class.getClassLoader(),
            new Class<?>[] {Disk.class},
            (proxy, method, args) -> {
              if (!READS.contains(method.getName())) {
                refused.add(method.getName() + " " + args[0]);
                throw new IOException(args[0] + ": read-only");
              }
              try {
                return method.invoke(disk, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
