package dev.firn.smoke.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** {@code firn daemon run} in a process of its own, with a small heap. */
final class DaemonProcess {
  private static final String LISTENING = "Listening on ";

  private final Process process;
  private final String address;

  private DaemonProcess(Process process, String address) {
    this.process = process;
    this.address = address;
  }

  /** Returns when it listens. */
  static DaemonProcess start(Path firn, Path root, Path errors) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(firn.toString(), "--root", root.toString(), "daemon", "run")
            .redirectError(errors.toFile());
    builder.environment().put("JAVA_TOOL_OPTIONS", "-Xmx192m");
    Process process = builder.start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    if (line == null || !line.startsWith(LISTENING)) {
      process.destroyForcibly();
      throw new IOException("expected an address, found " + line);
    }
    return new DaemonProcess(process, line.substring(LISTENING.length()));
  }

  String address() {
    return address;
  }

  JsonNode status(HttpClient client) throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(
            HttpRequest.newBuilder(URI.create(address + "/v1/status")).build(),
            BodyHandlers.ofString());
    return new ObjectMapper().readTree(response.body()).path("daemon");
  }

  /** Has it begin a pass, unless one is under way. */
  void maintain(HttpClient client) throws IOException, InterruptedException {
    client.send(
        HttpRequest.newBuilder(URI.create(address + "/v1/maintain"))
            .POST(BodyPublishers.noBody())
            .build(),
        BodyHandlers.discarding());
  }

  /** As {@code kill -9}. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** As {@code kill}; the exit code. */
  int stop() throws InterruptedException {
    process.destroy();
    return process.waitFor();
  }
}
