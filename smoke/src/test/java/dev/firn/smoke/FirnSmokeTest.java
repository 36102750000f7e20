package dev.firn.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FirnSmokeTest {
  @TempDir static Path shared;
  @TempDir Path directory;
  private static TestCommand command;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeAll
  static void prepare() throws Exception {
    command = new TestCommand(shared);
  }

  private int run(String wrapper, String... arguments) throws Exception {
    return FirnSmoke.run(
        List.of(arguments),
        Map.of("FIRN", command.wrapped(wrapper).toString()),
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
    List<Readme.Shown> shown = Readme.section("See it");
    assertThat(shown).hasSize(1);
    assertThat(Readme.masked(out.toString(StandardCharsets.UTF_8).lines()))
        .containsAll(Readme.masked(shown.get(0).output().stream()));
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
