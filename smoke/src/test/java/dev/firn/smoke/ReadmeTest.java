package dev.firn.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Runs what the README shows, and compares what is printed with what it says is printed. */
@Execution(ExecutionMode.CONCURRENT)
class ReadmeTest {
  private static final String SHOWN_ADDRESS = "127.0.0.1:4790";
  private static final Pattern ADDRESS = Pattern.compile("127\\.0\\.0\\.1:[0-9]+");

  @TempDir static Path shared;
  @TempDir Path directory;
  private static Path bin;

  @BeforeAll
  static void prepare() throws Exception {
    Path script = new TestCommand(shared).plain();
    bin = Files.createDirectory(shared.resolve("bin"));
    Files.createSymbolicLink(bin.resolve("firn"), script);
  }

  @Test
  void theTourDoesWhatTheReadmeShows() throws Exception {
    Path config =
        Files.writeString(
            directory.resolve("config.json"), "{\"daemon\": {\"listen\": \"127.0.0.1:0\"}}");
    String listening = SHOWN_ADDRESS;
    List<Readme.Shown> tour = Readme.section("Five minutes");
    StringBuilder exports = new StringBuilder();

    assertThat(tour).hasSizeGreaterThan(12);
    try {
      for (Readme.Shown step : tour) {
        String command = step.command().replace(SHOWN_ADDRESS, listening);
        if (command.startsWith("export ")) {
          exports.append(command).append("; ");
          continue;
        }
        String printed = shell(exports + command, config);
        compare(step, printed);
        Matcher address = ADDRESS.matcher(printed);
        if (address.find()) {
          listening = address.group();
        }
      }
    } finally {
      shell(exports + "firn daemon stop", config);
    }
  }

  private static void compare(Readme.Shown step, String printed) {
    List<String> expected = Readme.masked(step.output().stream());
    List<String> found = Readme.masked(printed.lines());
    boolean all = expected.isEmpty() || !expected.get(0).equals("...");
    if (all) {
      assertThat(found).as(step.command()).isEqualTo(expected);
    } else {
      assertThat(found)
          .as(step.command())
          .endsWith(expected.subList(1, expected.size()).toArray(String[]::new));
    }
  }

  private String shell(String command, Path config) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder("/bin/sh", "-c", command)
            .directory(directory.toFile())
            .redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.put("PATH", bin + ":" + environment.get("PATH"));
    environment.put("HOME", directory.toString());
    environment.put("FIRN_CONFIG", config.toString());
    Path printed = Files.createTempFile(directory, "printed", "");
    int code = builder.redirectOutput(printed.toFile()).start().waitFor();
    String text = Files.readString(printed, StandardCharsets.UTF_8);
    Files.delete(printed);
    assertThat(code).as(command + "\n" + text).isZero();
    return text;
  }
}
