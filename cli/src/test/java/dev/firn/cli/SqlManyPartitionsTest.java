package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.cli.CommandRun.Result;
import dev.firn.core.cache.Cache;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queries over many partitions, which the engine reads as one where it can. */
class SqlManyPartitionsTest {
  private static final int PLAIN = 80;
  private static final List<String> ODD =
      List.of("a b", "100%", "%41", "it's", "größe", "NULL", "x=y", "a?b", "[a]", "$1", "~");

  @TempDir static Path home;
  private static final List<String> EXPECTED = new ArrayList<>();

  @BeforeAll
  static void fill() throws Exception {
    try (Cache cache = Cache.open(home.resolve("source=root/cache"))) {
      for (int i = 0; i < PLAIN; i++) {
        append(cache, Map.of("source", "s" + i), i);
      }
      for (String odd : ODD) {
        append(cache, Map.of("source", odd), -1);
      }
      for (String region : List.of("eu", "us")) {
        for (String source : List.of("s1", "s2")) {
          append(cache, Map.of("region", region, "source", source), -2);
        }
      }
    }
  }

  private static void append(Cache cache, Map<String, String> keys, int n) throws Exception {
    Map<String, String> ordered = new TreeMap<>(keys);
    cache.writer("jobs", ordered).append("[{\"n\":" + n + "},{\"n\":1000}]");
    for (int value : new int[] {n, 1000}) {
      EXPECTED.add(keys.getOrDefault("region", "null") + "|" + keys.get("source") + "|" + value);
    }
  }

  private Result ask(String query) {
    Result result =
        new CommandRun(home)
            .with("FIRN_ROOT", home.resolve("source=root/cache").toString())
            .run("query", "sql", query, "--format", "json");
    assertThat(result.code()).as(result.err()).isZero();
    return result;
  }

  private List<String> rows(String query) throws Exception {
    List<String> rows = new ArrayList<>();
    for (JsonNode row : ask(query).json()) {
      List<String> cells = new ArrayList<>();
      row.elements().forEachRemaining(cell -> cells.add(cell.asText()));
      rows.add(String.join("|", cells));
    }
    return rows;
  }

  @Test
  void everyRowHasTheKeysOfItsPartition() throws Exception {
    assertThat(rows("SELECT region, source, n FROM jobs"))
        .containsExactlyInAnyOrderElementsOf(EXPECTED);
    assertThat(rows("SELECT region, source, n FROM jobs WHERE lower(source) = 's7'"))
        .containsExactlyInAnyOrder("null|s7|7", "null|s7|1000");
    assertThat(rows("SELECT region, source, n FROM jobs WHERE region = 'eu' AND n < 0"))
        .containsExactlyInAnyOrder("eu|s1|-2", "eu|s2|-2");
  }

  @Test
  void filesOfPartitionsThatAKeyRulesOutAreCountedPublishedOrNot() throws Exception {
    try (Cache cache = Cache.open(home.resolve("source=root/cache"))) {
      for (int i = 0; i < 4; i++) {
        cache.writer("logs", i < 3 ? "many" : "one").append("{\"n\":" + i + "}");
      }
      JsonNode answer =
          new CommandRun(home)
              .with("FIRN_ROOT", home.resolve("source=root/cache").toString())
              .run("--json", "query", "sql", "SELECT n FROM logs WHERE source = 'one'")
              .json();
      assertThat(answer.get("rows").get(0).get("n").asInt()).isEqualTo(3);
      assertThat(answer.get("filesRead").asInt()).isEqualTo(1);
      assertThat(answer.get("filesLeftOut").asInt()).isEqualTo(3);
    }
  }

  @Test
  void numbersOfRowsAreThoseOfEachPartition() throws Exception {
    List<String> counted = rows("SELECT region, source, count(*) FROM jobs GROUP BY ALL");
    assertThat(counted).hasSize(PLAIN + ODD.size() + 4).allMatch(row -> row.endsWith("|2"));
    assertThat(counted).contains("null|it's|2", "us|s2|2", "null|NULL|2");
    assertThat(rows("SELECT count(*) FROM jobs")).containsExactly("" + EXPECTED.size());
  }

  @Test
  void partitionsThatAreAlikeAreReadAsOne() throws Exception {
    String plan = ask("EXPLAIN SELECT source, n FROM jobs").out();

    assertThat(plan.split("Function:", -1)).hasSize(1 + 2); // of one key, of two
  }
}
