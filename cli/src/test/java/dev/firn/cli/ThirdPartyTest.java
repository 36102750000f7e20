package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The list of what is bundled names every jar with its size and a licence that may be bundled. */
class ThirdPartyTest {
  private static final Path LIST = Path.of("THIRD-PARTY.md");
  private static final Set<String> LICENCES =
      Set.of(
          "Apache-2.0",
          "Apache-2.0 or EPL-2.0",
          "BSD-2-Clause",
          "BSD-3-Clause",
          "EDL-1.0 or EPL-2.0",
          "MIT");

  /** What only tests need, as the beginnings of directories of a Maven repository. */
  private static final Set<String> OF_TESTS =
      Set.of(
          "com/tngtech/",
          "io/opentelemetry/opentelemetry-",
          "net/bytebuddy/",
          "org/apache/maven/",
          "org/apiguardian/",
          "org/assertj/",
          "org/awaitility/",
          "org/hamcrest/",
          "org/junit/",
          "org/opentest4j/");

  private static Map<String, Long> bundled() throws IOException {
    Map<String, Long> jars = new TreeMap<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      String path = entry.replace(File.separatorChar, '/');
      boolean ours = path.contains("/target/") || path.contains("/dev/firn/");
      if (path.endsWith(".jar")
          && !ours
          && OF_TESTS.stream().noneMatch(group -> path.contains("/" + group))) {
        Path jar = Path.of(entry);
        jars.put(jar.getFileName().toString(), Math.round(Files.size(jar) / 1000.0));
      }
    }
    return jars;
  }

  @Test
  void everyJarIsListedWithItsSizeAndNothingElseIs() throws IOException {
    Map<String, Long> listed = new TreeMap<>();
    for (String line : Files.readAllLines(LIST)) {
      String[] cells = line.split(" *\\| *");
      if (cells.length == 5 && cells[1].endsWith(".jar")) {
        listed.put(cells[1], Long.parseLong(cells[2]));
        assertThat(cells[3]).as(line).isIn(LICENCES);
        assertThat(cells[4]).as(line).isNotEmpty();
      }
    }

    assertThat(bundled()).hasSizeGreaterThan(40);
    assertThat(listed).isEqualTo(bundled());
  }
}
