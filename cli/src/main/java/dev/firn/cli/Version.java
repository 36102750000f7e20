package dev.firn.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version that Maven packed. */
final class Version implements IVersionProvider {
  private static final String PROPERTIES = "/META-INF/maven/dev.firn/cli/pom.properties";

  @Override
  public String[] getVersion() throws IOException {
    Properties properties = new Properties();
    try (InputStream stream = Firn.class.getResourceAsStream(PROPERTIES)) {
      if (stream != null) {
        properties.load(stream);
      }
    }
    return new String[] {"firn " + properties.getProperty("version", "(not packaged)")};
  }
}
