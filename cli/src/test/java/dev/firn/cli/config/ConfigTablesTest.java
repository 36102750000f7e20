package dev.firn.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The tables that people read name every key, and nothing that is none. */
class ConfigTablesTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  /** The first two cells of the rows of the table whose header starts so: keys and defaults. */
  private static Map<String, String> table(Path page, String header) throws IOException {
    List<String> lines = Files.readAllLines(page);
    int start = lines.indexOf(lines.stream().filter(l -> l.startsWith(header)).findFirst().get());
    Map<String, String> rows = new LinkedHashMap<>();
    for (String line : lines.subList(start + 2, lines.size())) {
      if (!line.startsWith("|")) {
        break;
      }
      String[] cells = line.split("\\|");
      List<String> keys = new ArrayList<>();
      Matcher matcher = CODE.matcher(cells[1]);
      while (matcher.find()) {
        keys.add(matcher.group(1));
      }
      List<String> defaults =
          Arrays.stream(cells[2].split(",")).map(s -> s.replace("`", "").strip()).toList();
      for (int i = 0; i < keys.size(); i++) {
        rows.put(keys.get(i), defaults.get(Math.min(i, defaults.size() - 1)));
      }
    }
    return rows;
  }

  @Test
  void theTableOfMaintenanceHasEveryKeyWithItsDefault() throws IOException {
    Map<String, String> expected = new TreeMap<>();
    for (MaintenanceKey key : MaintenanceKey.values()) {
      expected.put(key.text(), String.valueOf(key.defaultValue()));
    }

    assertThat(table(ROOT.resolve("cli/OPERATIONS.md"), "| under `query.cache.maintenance`"))
        .containsExactlyInAnyOrderEntriesOf(expected);
  }

  @Test
  void theTableOfTheDaemonHasEveryKeyWithItsDefault() throws IOException {
    Map<String, String> expected = new TreeMap<>();
    for (DaemonKey key : DaemonKey.values()) {
      expected.put(key.text(), String.valueOf(key.defaultValue()));
    }

    assertThat(table(ROOT.resolve("cli").resolve("README.md"), "| key | default |"))
        .containsExactlyInAnyOrderEntriesOf(expected);
  }

  /** An unknown key is answered with those that are known in its place. */
  private static TreeSet<String> known(String document) {
    List<ConfigProblem> problems = new ArrayList<>();
    ConfigSchema.DOCUMENT.check(
        "",
        JsonTree.parse(document.getBytes(StandardCharsets.UTF_8), problems).orElseThrow(),
        new Rule.Findings(problems));
    String message = problems.get(0).message();
    return new TreeSet<>(
        Arrays.asList(message.substring(message.indexOf("known here: ") + 12).split(", ")));
  }

  @Test
  void theTablesOfDatasetsRetentionAndSqlHaveEveryKey() throws IOException {
    Path page = ROOT.resolve("cli/OPERATIONS.md");
    TreeSet<String> retention = known("{\"query\":{\"cache\":{\"retention\":{\"zzzzzzzzzz\":1}}}}");
    retention.remove("datasets");
    retention.add("datasets.NAME");
    known("{\"query\":{\"cache\":{\"retention\":{\"datasets\":{\"a\":{\"zzzzzzzzzz\":1}}}}}}")
        .forEach(key -> retention.add("datasets.NAME." + key));

    assertThat(table(page, "| under `query.cache.datasets").keySet())
        .containsExactlyInAnyOrderElementsOf(
            known("{\"query\":{\"cache\":{\"datasets\":{\"a\":{\"zzzzzzzzzz\":1}}}}}"));
    assertThat(table(page, "| under `query.cache.retention`").keySet())
        .extracting(key -> key.startsWith(".") ? "datasets.NAME" + key : key)
        .containsExactlyInAnyOrderElementsOf(retention);
    assertThat(table(page, "| under `query.sql`").keySet())
        .containsExactlyInAnyOrderElementsOf(known("{\"query\":{\"sql\":{\"zzzzzzzzzz\":1}}}"));
  }
}
