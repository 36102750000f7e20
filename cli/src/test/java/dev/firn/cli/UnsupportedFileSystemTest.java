package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRun.Result;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnsupportedFileSystemTest {
  @TempDir Path home;

  /** The local disk, said to be a network file system. */
  private static Disk mounted() {
    Disk disk = new LocalDisk();
    return (Disk)
        Proxy.newProxyInstance(
            Disk.class.getClassLoader(),
            new Class<?>[] {Disk.class},
            (proxy, method, args) -> {
              try {
                return method.getName().equals("fileSystem") ? "nfs4" : method.invoke(disk, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void appendIsWrongUsageAndLeavesNothing() throws IOException {
    Path line = Files.writeString(home.resolve("rows"), "{\"a\":1}\n");

    Result result = new CommandRun(home).on(mounted()).run("append", "logs", line.toString());

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err())
        .contains("no cache can be written on nfs4, a network file system")
        .contains("keep the cache on a local disk");
    try (Stream<Path> left = Files.list(home)) {
      assertThat(left).containsExactly(line);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"query maintain", "query maintain --force"})
  void maintainIsWrongUsageAndChangesNothing(String command) throws IOException {
    Path root = FieldCaches.unpack("source-table-fresh", home);

    Result result =
        new CommandRun(home)
            .maintaining()
            .on(mounted())
            .with("FIRN_ROOT", root.toString())
            .run(command.split(" "));

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("no cache can be written on nfs4");
    assertThat(root.resolve("maintenance")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "query status",
        "query maintain --dry-run",
        "query rows otel_events",
        "query verify"
      })
  void whatReadsWorksAnywhere(String command) throws IOException {
    Path root = FieldCaches.unpack("source-table-compacted", home);

    Result result =
        new CommandRun(home)
            .maintaining()
            .on(mounted())
            .with("FIRN_ROOT", root.toString())
            .run(command.split(" "));

    assertThat(result.code()).as(result.err()).isZero();
  }
}
