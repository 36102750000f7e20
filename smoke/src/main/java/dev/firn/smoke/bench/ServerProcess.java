package dev.firn.smoke.bench;

import dev.firn.smoke.command.FirnCommand;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A server in a process of its own, which says where it listens in its first line. */
final class ServerProcess implements Closeable {
  private static final String LISTENING = "Listening on ";
  private static final String HEAP = "256m";
  private static final int UNDER_WAY = 409;
  private static final long LOOK_NANOS = 20_000_000;

  private final List<String> command;
  private final Process process;
  private final URI address;

  private ServerProcess(ProcessBuilder builder, Path errors) throws IOException {
    this.command = List.copyOf(builder.command());
    this.process = builder.redirectError(errors.toFile()).start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    if (line == null || !line.startsWith(LISTENING)) {
      process.destroyForcibly();
      throw new IOException(
          String.join(" ", command) + " said " + line + "\n" + Files.readString(errors));
    }
    this.address = URI.create(line.substring(LISTENING.length()));
  }

  /** The packaged daemon, which runs no pass unless it is asked to. */
  static ServerProcess firn(FirnCommand firn, Path root) throws IOException {
    Files.createDirectories(root);
    Files.writeString(
        root.resolve("firn.json"),
        """
        {"daemon": {"listen": "127.0.0.1:0"},
         "query": {"cache": {"maintenance": {"interval_minutes": 0}}}}
        """);
    ProcessBuilder builder =
        new ProcessBuilder(
            firn.executable().toString(), "--root", root.toString(), "daemon", "run");
    return new ServerProcess(builder, Files.createTempFile(root.getParent(), "daemon", ".err"));
  }

  /** SQLite behind the same HTTP server: {@link SqliteServer}. */
  static ServerProcess sqlite(Path file) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx" + HEAP, "-XX:+UseSerialGC"));
    command.add("-Djava.io.tmpdir=" + file.getParent());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(SqliteServer.class.getName(), file.toString()));
    return new ServerProcess(
        new ProcessBuilder(command), Files.createTempFile(file.getParent(), "sqlite", ".err"));
  }

  List<String> command() {
    List<String> shown = new ArrayList<>(command);
    int classPath = shown.indexOf("-cp") + 1;
    if (classPath > 0) {
      shown.set(classPath, "lib/*");
    }
    return shown;
  }

  URI address() {
    return address;
  }

  /** Has the daemon begin a pass over a dataset, as soon as no other one is under way. */
  void maintain(String dataset) throws IOException {
    String target = "/v1/maintain?dataset=" + dataset;
    try (HttpPosts posts = new HttpPosts(address)) {
      int status = posts.post(target, new byte[0]);
      while (status == UNDER_WAY) {
        LockSupport.parkNanos(LOOK_NANOS);
        status = posts.post(target, new byte[0]);
      }
      if (status / 100 != 2) {
        throw new IOException("POST " + target + " was answered with " + status);
      }
    }
  }

  /** The most memory that it ever had resident; 0 where the system does not tell. */
  double peakBytes() throws IOException {
    return JobMain.peakBytes(Path.of("/proc", Long.toString(process.pid()), "status"));
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a server ended", e);
    }
  }
}
