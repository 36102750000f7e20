package dev.firn.smoke;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The command with this test's own classes, so that it needs no packaged distribution, and wrappers
 * around it that do harm.
 */
public final class TestCommand {
  private static final String MAIN = "dev.firn.cli.Firn";

  private final Path directory;
  private final String java;
  private int wrappers;

  /**
   * @param directory for scripts, and for an archive of classes that makes starts cheaper
   */
  public TestCommand(Path directory) throws IOException, InterruptedException {
    this.directory = directory;
    String binary = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    // Archives are of jars alone; the command needs none of this module's classes.
    List<String> path =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains(File.separator + "smoke" + File.separator))
            .toList();
    List<String> usual =
        List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xlog:disable");
    String archive = directory.resolve("classes.jsa").toString();
    List<String> making = new ArrayList<>(List.of(binary, "-XX:ArchiveClassesAtExit=" + archive));
    making.addAll(usual);
    making.addAll(List.of("-cp", String.join(File.pathSeparator, path), MAIN));
    making.addAll(List.of("--root", directory.resolve("rehearsal").toString(), "append", "jobs"));
    Path line = Files.writeString(directory.resolve("line"), "{\"a\":1}\n");
    new ProcessBuilder(making)
        .redirectInput(line.toFile())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
    this.java =
        "'%s' -XX:SharedArchiveFile='%s' %s -cp '%s' %s \"$@\""
            .formatted(
                binary,
                archive,
                String.join(" ", usual),
                String.join(File.pathSeparator, path),
                MAIN);
  }

  /** The command itself. */
  public Path plain() throws IOException {
    return wrapped("exec FIRN");
  }

  /**
   * A script in which {@code FIRN} is the command with the arguments: {@code $2} is the root, what
   * follows it the command.
   */
  public synchronized Path wrapped(String script) throws IOException {
    wrappers++;
    Path file = directory.resolve("firn-" + wrappers);
    Files.writeString(file, "#!/bin/sh\n" + script.replace("FIRN", java) + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file;
  }
}
