package dev.firn.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FirnSmokeTest {
  @TempDir Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  /** The command with this test's own classes, so that it needs no packaged distribution. */
  private Path firn(String wrapper) throws IOException {
    Path script = directory.resolve("firn" + wrapper.length());
    String java =
        "'%s/bin/java' -cp '%s' dev.firn.cli.Firn \"$@\""
            .formatted(System.getProperty("java.home"), System.getProperty("java.class.path"));
    Files.writeString(script, "#!/bin/sh\n" + wrapper.replace("FIRN", java) + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    return script;
  }

  private int run(String wrapper, String... arguments) throws IOException {
    return FirnSmoke.run(
        List.of(arguments),
        Map.of("FIRN", firn(wrapper).toString()),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @Test
  void demoMaintainsARealCacheAndProvesEveryRow() throws Exception {
    int exitCode = run("exec FIRN", "demo", directory.resolve("new").toString());

    assertThat(exitCode).as(err.toString(StandardCharsets.UTF_8)).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("All 296 rows")
        .containsPattern("120 files of [\\d,]+ bytes before, 42 files");
  }

  @Test
  void demoTurnsRedWhenACommandDropsARow() throws Exception {
    int exitCode =
        run(
            "case \"$*\" in *'query rows'*) FIRN | sed 1d ;; *) exec FIRN ;; esac",
            "demo",
            directory.resolve("new").toString());

    assertThat(exitCode).isEqualTo(1);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("THE ROWS DIFFER");
  }

  @Test
  void demoTurnsRedWhenNothingWasMaintained() throws Exception {
    int exitCode =
        run(
            "case \"$*\" in *maintain*) exit 0 ;; *) exec FIRN ;; esac",
            "demo",
            directory.resolve("new").toString());

    assertThat(exitCode).isEqualTo(1);
  }

  @Test
  void unknownFlowIsWrongUsage() throws Exception {
    assertThat(run("exec FIRN", "dmeo")).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("Unknown: dmeo", "Usage");
  }
}
