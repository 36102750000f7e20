package dev.firn.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version that Maven packed, and the commit that it was built from, as far as known. */
final class Version implements IVersionProvider {
  private static final String PROPERTIES = "/META-INF/maven/dev.firn/cli/pom.properties";
  private static final String COMMIT = "/META-INF/firn-commit";

  @Override
  public String[] getVersion() throws IOException {
    Properties properties = new Properties();
    try (InputStream stream = Firn.class.getResourceAsStream(PROPERTIES)) {
      if (stream != null) {
        properties.load(stream);
      }
    }
    return new String[] {line(properties.getProperty("version", ""), commit())};
  }

  static String line(String version, String commit) {
    return "firn "
        + (version.isEmpty() ? "(not packaged)" : version)
        + (commit.isBlank() ? "" : " (commit " + commit.strip() + ")");
  }

  private static String commit() throws IOException {
    try (InputStream stream = Firn.class.getResourceAsStream(COMMIT)) {
      return stream == null ? "" : new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
