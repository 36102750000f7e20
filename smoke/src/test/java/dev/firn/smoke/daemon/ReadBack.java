package dev.firn.smoke.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads all rows as they come and compares them with the producers' ledgers: each that was
 * acknowledged is there once, and no other.
 */
final class ReadBack {
  private static final int MOST_ROWS = 128;
  private static final Pattern LINE = Pattern.compile("\\{\"id\":\"(p\\d+)-(\\d+)-(\\d+)\"}");

  private final List<Producer> producers;
  private final Map<String, BitSet> found = new HashMap<>();

  ReadBack(List<Producer> producers) {
    this.producers = producers;
    producers.forEach(producer -> found.put(producer.name(), new BitSet()));
  }

  /** How many rows there are. */
  long check(Path firn, Path root) throws IOException, InterruptedException {
    Process query =
        new ProcessBuilder(
                firn.toString(),
                "--root",
                root.toString(),
                "query",
                "rows",
                "load",
                "--columns",
                "id")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    query.getOutputStream().close();
    long rows = 0;
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(query.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        take(line);
        rows++;
      }
    }
    assertThat(query.waitFor()).isZero();
    for (Producer producer : producers) {
      assertThat(found.get(producer.name())).isEqualTo(expected(producer));
    }
    return rows;
  }

  private void take(String line) {
    Matcher id = LINE.matcher(line);
    assertThat(id.matches()).as(line).isTrue();
    BitSet of = found.get(id.group(1));
    int at = Integer.parseInt(id.group(2)) * MOST_ROWS + Integer.parseInt(id.group(3));
    assertThat(of.get(at)).as("%s is there twice", line).isFalse();
    of.set(at);
  }

  private static BitSet expected(Producer producer) {
    BitSet expected = new BitSet();
    for (int number = 0; number < producer.rows().size(); number++) {
      int first = number * MOST_ROWS;
      expected.set(first, first + producer.rows().get(number));
    }
    return expected;
  }
}
