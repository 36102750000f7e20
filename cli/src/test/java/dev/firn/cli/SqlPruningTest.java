package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.cli.CommandRun.Result;
import dev.firn.core.append.CacheWriter;
import dev.firn.core.cache.Cache;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random WHERE clauses, answered from the files that can match and from all files. */
class SqlPruningTest {
  private static final int QUERIES = Boolean.getBoolean("firn.soak") ? 2_000 : 40;
  private static final List<String> OPERATORS = List.of("=", "<>", "<", "<=", ">", ">=");

  @TempDir Path home;
  private final long seed = Long.getLong("firn.seed", 11);
  private final Random random = new Random(seed);

  @Test
  void anAnswerIsTheSameFromTheFilesThatCanMatch() throws Exception {
    CommandRun run = new CommandRun(home).with("FIRN_ROOT", home.resolve("cache").toString());
    try (Cache cache = Cache.open(home.resolve("cache"))) {
      int id = 0;
      for (int file = 0; file < 24; file++) {
        CacheWriter writer = cache.writer("jobs", "s" + file % 3);
        List<String> rows = new ArrayList<>();
        for (int row = 0; row < 1 + random.nextInt(4); row++) {
          rows.add(row(id++, file));
        }
        writer.append("[" + String.join(",", rows) + "]");
      }
    }
    int left = 0;
    for (int i = 0; i < QUERIES; i++) {
      String where = condition(2);
      JsonNode pruned = answer(run, "SELECT id FROM jobs AS j WHERE " + where + " ORDER BY id");
      JsonNode all =
          answer(run, "SELECT id FROM jobs AS j WHERE (" + where + ") OR 1 = 2 ORDER BY id");

      assertThat(all.get("filesLeftOut").asInt()).isZero();
      assertThat(pruned.get("rows")).as("seed %s: %s", seed, where).isEqualTo(all.get("rows"));
      left += pruned.get("filesLeftOut").asInt();
    }
    assertThat(left).isGreaterThan(QUERIES * 5);
  }

  private static JsonNode answer(CommandRun run, String query) {
    Result result = run.run("query", "sql", query, "--json");
    assertThat(result.code()).as(query + result.err()).isZero();
    return result.json();
  }

  /** Values grow from file to file; some are null or missing, and one partition has other types. */
  private String row(int id, int file) {
    StringBuilder row = new StringBuilder("{\"id\":" + id);
    if (random.nextInt(5) > 0) {
      row.append(",\"n\":").append(file + random.nextInt(3)).append(file % 3 == 2 ? ".5" : "");
    }
    if (random.nextInt(5) > 0) {
      row.append(",\"name\":\"").append((char) ('a' + file / 2)).append(random.nextInt(3));
      row.append("\"");
    }
    if (random.nextInt(5) > 0) {
      row.append(",\"ts\":\"2026-01-%02dT12:00:00Z\"".formatted(1 + file));
    }
    if (random.nextInt(5) > 0) {
      row.append(",\"done\":").append(file > 12);
    }
    if (random.nextInt(5) > 0) {
      row.append(",\"mixed\":").append(file % 3 == 1 ? "\"" + file + "\"" : file);
    }
    return row.append("}").toString();
  }

  private String condition(int depth) {
    return switch (random.nextInt(depth == 0 ? 6 : 9)) {
      case 6, 7 -> "(" + condition(depth - 1) + ") AND (" + condition(depth - 1) + ")";
      case 8 ->
          random.nextBoolean()
              ? "(" + condition(depth - 1) + ") OR (" + condition(depth - 1) + ")"
              : "NOT (" + condition(depth - 1) + ")";
      default -> test();
    };
  }

  private String test() {
    int number = random.nextInt(26);
    String operator = OPERATORS.get(random.nextInt(OPERATORS.size()));
    String not = random.nextInt(4) == 0 ? "NOT " : "";
    return switch (random.nextInt(12)) {
      case 0, 1 -> "n " + operator + " " + number + (random.nextInt(3) == 0 ? ".5" : "");
      case 2 -> "j.name " + operator + " '" + (char) ('a' + number / 2) + "1'";
      case 3 -> "name " + not + "LIKE '" + (char) ('a' + number / 2) + "%'";
      case 4, 5 -> "ts " + operator + " '2026-01-%02d 12:00:00'".formatted(1 + number);
      case 6 ->
          "ts "
              + not
              + "BETWEEN DATE '2026-01-05' AND TIMESTAMP '2026-01-%02d'".formatted(5 + number);
      case 7 -> not + "done";
      case 8 -> "SOURCE " + not + "IN ('s1', 's%d')".formatted(random.nextInt(4));
      case 9 -> "mixed " + operator + " '" + number + "'";
      case 10 -> "n IS " + not + "NULL";
      default -> "id " + not + "IN (%d, %d, NULL)".formatted(number, number * 2);
    };
  }
}
