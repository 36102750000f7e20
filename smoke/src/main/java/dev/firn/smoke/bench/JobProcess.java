package dev.firn.smoke.bench;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An engine's process, seen from outside. */
final class JobProcess implements Closeable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, Double>> FIGURES = new TypeReference<>() {};

  private final List<String> command;
  private final Path errors;
  private final Process process;
  private final BufferedReader output;
  private final Writer input;

  /**
   * @param heap for example {@code 256m}
   * @param work where the process may keep its files, for {@code java.io.tmpdir} too
   */
  JobProcess(Path work, String heap, String job, List<String> arguments) throws IOException {
    List<String> all = new ArrayList<>();
    all.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    all.addAll(List.of("-Xmx" + heap, "-XX:+UseSerialGC", "-Djava.io.tmpdir=" + work));
    all.addAll(List.of("-cp", System.getProperty("java.class.path")));
    all.add(JobMain.class.getName());
    all.add(job);
    all.addAll(arguments);
    this.command = List.copyOf(all);
    this.errors = Files.createTempFile(work, job, ".err");
    this.process = new ProcessBuilder(all).redirectError(errors.toFile()).start();
    this.output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    this.input = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
  }

  /** As it was started, but for the class path. */
  List<String> command() {
    List<String> shown = new ArrayList<>(command);
    int classPath = shown.indexOf("-cp") + 1;
    shown.set(classPath, "lib/*");
    return shown;
  }

  /** Has it do one round. */
  Map<String, Double> round() throws IOException {
    input.write("round\n");
    input.flush();
    return answer();
  }

  /** Ends it; answers with its peak memory. */
  double end() throws IOException {
    input.close();
    double peak = answer().getOrDefault(JobMain.PEAK, 0.0);
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return peak;
  }

  private Map<String, Double> answer() throws IOException {
    String line = output.readLine();
    if (line == null) {
      throw new IOException(String.join(" ", command()) + ":\n" + Files.readString(errors));
    }
    return JSON.readValue(line, FIGURES);
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      Files.deleteIfExists(errors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
