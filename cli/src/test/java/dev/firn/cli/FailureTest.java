package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.firn.cli.CommandRun.Result;
import dev.firn.cli.failure.ExitCode;
import dev.firn.core.CacheException.CommitConflict;
import dev.firn.core.CacheException.CommitStateUnknown;
import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.CacheException.GenerationRemoved;
import dev.firn.core.CacheException.LeaseUnavailable;
import dev.firn.core.CacheException.UnsupportedFileSystem;
import dev.firn.core.CacheException.UnsupportedFormat;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailureTest {
  private static final Path FILE = Path.of("/cache/cursor.json");

  @TempDir Path home;

  @BeforeEach
  void createRoot() throws IOException {
    Files.createDirectories(home.resolve(".firn/cache"));
  }

  static Stream<Arguments> failures() {
    IOException cause = new IOException("x");
    return Stream.of(
        arguments(new Corrupt(FILE, "240 bytes", "113 bytes"), 3, "expected 240 bytes"),
        arguments(new UnsupportedFormat(FILE, "version 9", "1"), 3, "version 9"),
        arguments(new UnsupportedFileSystem(FILE, "nfs4", "slow"), 2, "on nfs4, slow; keep the"),
        arguments(new GenerationRemoved(FILE, cause), 3, "run the command again"),
        arguments(new CommitConflict("the cursor moved"), 1, "the cursor moved"),
        arguments(new CommitStateUnknown("rename failed", cause), 1, "may have happened"),
        arguments(new LeaseUnavailable(FILE, "pid 7"), 4, "held by pid 7"),
        arguments(new AccessDeniedException("/cache/x"), 5, "/cache/x: permission denied"),
        arguments(
            new FileSystemException("/cache/x", null, "No space left on device"),
            5,
            "/cache/x: No space left on device; free some space"),
        arguments(new IOException("No space left on device"), 5, "free some space"),
        arguments(new IOException("Disk quota exceeded"), 5, "free some space"),
        arguments(new IOException("Too many open files"), 5, "ulimit -n"),
        arguments(new IOException("Read-only file system"), 5, "another place"),
        arguments(new IOException("Input/output error"), 5, "firn query verify --full"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void everyFailureHasItsExitCodeAndOneLine(IOException failure, int code, String named) {
    Result result = new CommandRun(home).failing(failure).run("query", "maintain", "-v");

    assertThat(result.code()).isEqualTo(code);
    assertThat(result.out()).isEmpty();
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).startsWith("firn: ").contains(named);
  }

  @Test
  void aFailureThatALibraryWrappedIsUnwrapped() {
    Result result =
        new CommandRun(home)
            .failing(new UncheckedIOException(new Corrupt(FILE, "a", "b")))
            .run("query", "status");

    assertThat(result.code()).isEqualTo(3);
  }

  @Test
  void ourOwnBugIsOneLineAndVerboseShowsWhere() {
    CommandRun run = new CommandRun(home).failing(new IllegalStateException("oops"));

    Result quiet = run.run("query", "status");
    assertThat(quiet.code()).isEqualTo(1);
    assertThat(quiet.err())
        .isEqualTo(
            "firn: internal error: java.lang.IllegalStateException: oops; please report; -v shows"
                + " where\n");
    assertThat(run.run("query", "status", "-v").err()).contains("\tat ");
  }

  @Test
  void aReaderWhoHasSeenEnoughIsNoError() {
    Result result =
        new CommandRun(home).writingTo(new Refusing("Broken pipe")).run("config", "show");

    assertThat(result.code()).isZero();
    assertThat(result.err()).isEmpty();
  }

  @Test
  void aResultThatCannotBeWrittenIsAnErrorOfTheDisk() {
    Result result =
        new CommandRun(home)
            .writingTo(new Refusing("No space left on device"))
            .run("config", "show");

    assertThat(result.code()).isEqualTo(5);
    assertThat(result.err()).contains("No space left on device");
  }

  @Test
  void ofSeveralExitCodesTheOrderIs25314() {
    assertThat(Arrays.stream(ExitCode.values()).map(ExitCode::code))
        .containsExactly(2, 5, 3, 1, 4, 0);
    assertThat(ExitCode.INCOMPLETE.or(ExitCode.UNREADABLE)).isEqualTo(ExitCode.UNREADABLE);
    assertThat(ExitCode.HELD.or(ExitCode.DONE)).isEqualTo(ExitCode.HELD);
  }

  private static final class Refusing extends OutputStream {
    private final String message;

    Refusing(String message) {
      this.message = message;
    }

    @Override
    public void write(int b) throws IOException {
      throw new IOException(message);
    }
  }
}
