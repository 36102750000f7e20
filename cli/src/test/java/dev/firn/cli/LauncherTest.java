package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The script that starts Firn, with a Java that only notes how it was called. */
class LauncherTest {
  private static final String NOTING_JAVA =
      """
      #!/bin/sh
      printf '%s\\n' "$*" >>"$0.calls"
      printf '%s\\n' "${LC_ALL-}" >"$0.locale"
      for argument do
        case $argument in
          -XX:SharedArchiveFile=*) archive=${argument#*=} ;;
          -XX:DumpLoadedClassList=*) echo a/Class >"${argument#*=}" ;;
        esac
      done
      case "$*" in
        *-Xshare:dump*) [ -e "$0.cannot" ] || echo classes >"$archive" ;;
      esac
      """;

  @TempDir Path directory;
  private Path home = Path.of("");
  private Path java = Path.of("");

  @BeforeEach
  void install() throws IOException {
    home = directory.resolve("a place/firn");
    Files.createDirectories(home.resolve("bin"));
    Files.createDirectories(home.resolve("lib"));
    Files.copy(Path.of("src/main/sh/firn"), home.resolve("bin/firn"));
    Path jdk = directory.resolve("jdk");
    java = jdk.resolve("bin/java");
    Files.createDirectories(jdk.resolve("bin"));
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"17.0.9\"\n");
    Files.writeString(java, NOTING_JAVA);
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    age(home.resolve("lib"), 2);
    age(jdk.resolve("release"), 2);
  }

  private static void age(Path path, int hours) throws IOException {
    Files.setLastModifiedTime(path, FileTime.from(Instant.now().minusSeconds(hours * 3600L)));
  }

  /** Runs the script; answers with how it started Java in the end. */
  private String run(String archive, String... arguments) throws Exception {
    return runIn(Map.of(), archive, arguments);
  }

  private String runIn(Map<String, String> locale, String archive, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", home.resolve("bin/firn").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.put("JAVA_HOME", directory.resolve("jdk").toString());
    environment.put("XDG_CACHE_HOME", directory.resolve("user caches").toString());
    environment.put("FIRN_ARCHIVE", archive);
    environment.remove("FIRN_JAVA_OPTS");
    environment.keySet().removeAll(List.of("LC_ALL", "LC_CTYPE", "LANG"));
    environment.putAll(locale);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    assertThat(out).isEmpty();
    List<String> calls = calls();
    return calls.get(calls.size() - 1);
  }

  private List<String> calls() throws IOException {
    return Files.readAllLines(Path.of(java + ".calls"));
  }

  private long dumps() throws IOException {
    return calls().stream().filter(call -> call.contains("-Xshare:dump")).count();
  }

  private Path archive() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("user caches/firn"))) {
      List<Path> all = files.toList();
      assertThat(all).as("nothing is left over").hasSize(1);
      return all.get(0);
    }
  }

  @Test
  void archiveIsMadeOnceAndMapped() throws Exception {
    assertThat(run("wait", "--help")).contains("-XX:SharedArchiveFile=" + archive());
    assertThat(run("wait", "query", "status")).contains("-XX:SharedArchiveFile=" + archive());
    assertThat(dumps()).isOne();
  }

  @Test
  void archiveIsMadeAnewWhenTheJarsAreNewer() throws Exception {
    run("wait", "--help");
    age(archive(), 1);
    age(home.resolve("lib"), 0);

    run("wait", "--help");

    assertThat(dumps()).isEqualTo(2);
  }

  @Test
  void javaThatCannotMakeOneIsAskedOnceAndGetsNone() throws Exception {
    Files.createFile(Path.of(java + ".cannot"));

    assertThat(run("wait", "--help")).doesNotContain("SharedArchiveFile");
    assertThat(run("wait", "--help")).doesNotContain("SharedArchiveFile");

    assertThat(dumps()).isOne();
    assertThat(archive()).isEmptyFile();
  }

  @Test
  void whoIsOffNeitherMakesNorMapsOne() throws Exception {
    run("wait", "--help");

    assertThat(run("off", "--help")).doesNotContain("SharedArchiveFile");
    assertThat(dumps()).isOne();
  }

  @Test
  void onlyOneProcessMakesItAndADeadOneStopsNobody() throws Exception {
    run("wait", "--help");
    Path making = archive().resolveSibling(archive().getFileName() + ".making");
    Files.delete(archive());
    Files.createDirectory(making);
    Files.writeString(making.resolve("pid"), ProcessHandle.current().pid() + "\n");

    assertThat(run("wait", "--help")).doesNotContain("SharedArchiveFile");
    assertThat(dumps()).isOne();

    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    Files.writeString(making.resolve("pid"), dead.pid() + "\n");
    assertThat(run("wait", "--help")).contains("SharedArchiveFile");
    assertThat(dumps()).isEqualTo(2);
  }

  @Test
  void placeThatCannotBeWrittenIsNoTrouble() throws Exception {
    Files.createFile(directory.resolve("user caches"));

    assertThat(run("wait", "--help")).doesNotContain("SharedArchiveFile").endsWith("--help");
  }

  @Test
  void namesOfFilesAreUtf8WhateverTheLocaleIs() throws Exception {
    for (Map<String, String> locale :
        List.of(Map.of("LANG", "C"), Map.of("LC_ALL", "xx_YY.UTF-8"), Map.<String, String>of())) {
      runIn(locale, "off", "query", "status");

      assertThat(Path.of(java + ".locale")).as(locale.toString()).hasContent("C.UTF-8");
    }
  }

  @ParameterizedTest
  @CsvSource({"run, true", "start, true", "status, false", "stop, false"})
  void onlyADaemonHasItsLeastThreadsYieldTheProcessors(String command, boolean yields)
      throws Exception {
    boolean linux = System.getProperty("os.name").equals("Linux");

    assertThat(run("off", "daemon", command).contains("-XX:JavaPriority1_To_OSPriority=10"))
        .isEqualTo(yields && linux);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "query status",
        "--root append query status -v",
        "config show",
        "append --help"
      })
  void shortCommandsDoNotWaitForTheBetterCompiler(String command) throws Exception {
    assertThat(run("off", command.split(" "))).contains("-XX:TieredStopAtLevel=1 ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"append jobs", "query maintain", "--root x query rows status", "query status2"})
  void longCommandsGetIt(String command) throws Exception {
    assertThat(run("off", command.split(" "))).contains("-XX:TieredStopAtLevel=4 ");
  }
}
