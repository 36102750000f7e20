package dev.firn.smoke.flow;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A command that runs in a process of its own. What it prints goes to files. */
final class Started {
  private static final long PATIENCE_MINUTES = 20;

  private final String command;
  private final Process process;
  private final Path out;
  private final Path err;

  private Started(String command, Process process, Path out, Path err) {
    this.command = command;
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /**
   * @param shown the command as one would type it
   * @param scratch where its output goes
   */
  static Started start(String shown, List<String> command, List<String> input, Path scratch)
      throws IOException {
    Path out = Files.createTempFile(scratch, "out", "");
    Path err = Files.createTempFile(scratch, "err", "");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try (OutputStream stdin = process.getOutputStream()) {
      for (String line : input) {
        stdin.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      // It has ended, or closed its input: what it says and its exit code tell why.
    }
    return new Started(shown, process, out, err);
  }

  boolean isRunning() {
    return process.isAlive();
  }

  /** Asks it to end, as a supervisor does. */
  void terminate() {
    process.destroy();
  }

  /** The first line of its output that begins so, if it is there yet. */
  Optional<String> says(String beginning) {
    try {
      String text = Files.readString(out);
      return text.substring(0, text.lastIndexOf('\n') + 1)
          .lines()
          .filter(line -> line.startsWith(beginning))
          .findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As {@code kill -9}: no code of its own runs any more. */
  void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  /** Waits for its end. */
  Ran ended() {
    try {
      if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
        kill();
        throw new FlowFailure(command + " was not done after " + PATIENCE_MINUTES + " minutes");
      }
      Ran ran =
          new Ran(
              command,
              process.exitValue(),
              Files.readString(out).lines().toList(),
              Files.readString(err));
      Files.delete(out);
      Files.delete(err);
      return ran;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      kill();
      throw new FlowFailure("interrupted while this was running: " + command);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
