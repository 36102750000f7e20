package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRun.Result;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadOnlyTest {
  private static final Set<String> READS =
      Set.of("read", "open", "list", "stat", "isDirectory", "isFile", "usableBytes", "fileSystem");

  @TempDir Path home;
  private final List<String> changes = new ArrayList<>();

  /** Does what a disk does and remembers every call that is more than reading. */
  private Disk recording() {
    Disk disk = new LocalDisk();
    return (Disk)
        Proxy.newProxyInstance(
            Disk.class.getClassLoader(),
            new Class<?>[] {Disk.class},
            (proxy, method, args) -> {
              if (!READS.contains(method.getName())) {
                changes.add(method.getName() + " " + args[0]);
              }
              try {
                return method.invoke(disk, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "query status",
        "query status --json",
        "query explain",
        "query rows otel_events",
        "query schema otel_events",
        "query sql FROM/**/otel_events",
        "query sql FROM/**/ai_gateway_messages --json",
        "query tables --json",
        "query overview",
        "query verify",
        "query verify --full --json",
        "query maintain --dry-run",
        "query maintain --dry-run --force --no-grace",
        "config show",
        "config validate"
      })
  void commandsThatReadChangeNothing(String command) throws IOException {
    Path root = FieldCaches.unpack("source-table-compacted", home);

    Result result =
        new CommandRun(home)
            .maintaining()
            .on(recording())
            .with("FIRN_ROOT", root.toString())
            .run(command.split(" "));

    assertThat(result.code()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(changes).isEmpty();
  }
}
