package dev.firn.maintenance.soak;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * Starts the processes of the soak with their classes in an archive of the JVM: one that is killed
 * every few seconds would else do little but load classes. Such an archive takes classes from jars
 * only, so directories of the class path are put into jars first.
 */
final class SoakJava {
  private static final long ARCHIVE_SECONDS = 120;

  private final Path directory;
  private final String classPath;
  private final Path archive;

  private SoakJava(Path directory, String classPath) {
    this.directory = directory;
    this.classPath = classPath;
    this.archive = directory.resolve("classes.jsa");
  }

  /** Makes the archive by running {@code role} once. */
  static SoakJava prepare(Path directory, String role) throws Exception {
    List<String> jars = new ArrayList<>();
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    for (String entry : classPath.split(File.pathSeparator)) {
      Path path = Path.of(entry);
      jars.add(
          Files.isDirectory(path)
              ? jar(path, directory.resolve("classes-" + jars.size() + ".jar")).toString()
              : entry);
    }
    SoakJava java = new SoakJava(directory, String.join(File.pathSeparator, jars));
    Process process = java.start("-XX:ArchiveClassesAtExit=" + java.archive, role, 0);
    if (!process.waitFor(ARCHIVE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new AssertionError(Files.readString(directory.resolve(role + "-0.log")));
    }
    return java;
  }

  private static Path jar(Path classes, Path file) throws IOException {
    try (OutputStream bytes = Files.newOutputStream(file);
        JarOutputStream jar = new JarOutputStream(bytes);
        Stream<Path> paths = Files.walk(classes)) {
      for (Path path : paths.filter(Files::isRegularFile).sorted().toList()) {
        jar.putNextEntry(new JarEntry(classes.relativize(path).toString()));
        Files.copy(path, jar);
        jar.closeEntry();
      }
    }
    return file;
  }

  Process start(String role, int number) throws IOException {
    return start("-XX:SharedArchiveFile=" + archive, role, number);
  }

  private Process start(String option, String role, int number) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx300m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xlog:disable", // how much of the archive could be used
            option,
            "-Djava.util.logging.config.file="
                + System.getProperty("java.util.logging.config.file", ""),
            "-cp",
            classPath,
            SoakProcess.class.getName(),
            directory.toString(),
            role,
            Integer.toString(number));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(
            ProcessBuilder.Redirect.appendTo(
                directory.resolve(role + "-" + number + ".log").toFile()))
        .start();
  }
}
