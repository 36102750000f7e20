package dev.firn.smoke.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.cli.Firn;
import dev.firn.cli.session.Environment;
import dev.firn.cli.session.RealMaintenance;
import dev.firn.core.disk.LocalDisk;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/** {@code firn query sql}, from its arguments to its answer, in a JVM that is up. */
final class FirnSql {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path root;
  private final Path home;

  /**
   * @param home where the native library is unpacked
   */
  FirnSql(Path root, Path home) {
    this.root = root;
    this.home = home;
  }

  JsonNode ask(String query) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Environment environment =
        new Environment(
            out,
            err,
            InputStream.nullInputStream(),
            false,
            false,
            Map.of(),
            home,
            InstantSource.system(),
            new LocalDisk(),
            new RealMaintenance(),
            action -> {});
    String[] arguments = {"--root", root.toString(), "--json", "query", "sql", query};
    if (Firn.run(arguments, environment) != 0) {
      throw new IOException(err.toString(StandardCharsets.UTF_8));
    }
    return JSON.readTree(out.toByteArray());
  }
}
