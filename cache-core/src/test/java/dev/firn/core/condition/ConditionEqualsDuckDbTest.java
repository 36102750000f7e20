package dev.firn.core.condition;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;

/** Random conditions on random rows, decided by Firn and by DuckDB. */
class ConditionEqualsDuckDbTest {
  private static final int ROWS = 400;
  private static final int CONDITIONS = Boolean.getBoolean("firn.soak") ? 20_000 : 1_500;

  @Test
  void everyRowIsJudgedAsDuckDbJudgesIt() throws Exception {
    long seed = Long.getLong("firn.seed", 20_260_802L);
    RandomConditions random = new RandomConditions(new Random(seed));
    List<Map<String, Object>> rows = random.rows(ROWS);
    Map<Truth, Integer> seen = new HashMap<>();
    int pruned = 0;
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("SET TimeZone='UTC'");
      statement.execute(random.createTable());
      statement.execute("INSERT INTO t VALUES " + random.values(rows));
      for (int i = 0; i < CONDITIONS; i++) {
        String condition = random.condition(3);
        Bound bound = Condition.parse(condition).bind(RandomConditions.SCHEMA);
        List<Truth> found = new ArrayList<>();
        for (Map<String, Object> row : rows) {
          found.add(bound.test(c -> row.get(bound.columns().get(c).name())));
        }
        List<Truth> expected = judge(statement, condition);
        for (int row = 0; row < ROWS; row++) {
          assertThat(found.get(row))
              .as("seed %s: %s of %s", seed, condition, rows.get(row))
              .isEqualTo(expected.get(row));
        }
        found.forEach(truth -> seen.merge(truth, 1, Integer::sum));
        pruned += requireNoWronglyPrunedFile(seed, condition, bound, rows, found, random);
      }
    }
    assertThat(seen).hasSize(3).allSatisfy((truth, count) -> assertThat(count).isGreaterThan(1000));
    assertThat(pruned).isGreaterThan(CONDITIONS / 10);
  }

  private static List<Truth> judge(Statement statement, String condition) throws Exception {
    List<Truth> truths = new ArrayList<>();
    try (ResultSet result =
        statement.executeQuery("SELECT (" + condition + ") FROM t ORDER BY id")) {
      while (result.next()) {
        Object value = result.getObject(1);
        truths.add(value == null ? Truth.UNKNOWN : Truth.of((Boolean) value));
      }
    }
    return truths;
  }

  /** Takes some rows for a file, and looks whether its statistics hide one that matches. */
  private static int requireNoWronglyPrunedFile(
      long seed,
      String condition,
      Bound bound,
      List<Map<String, Object>> rows,
      List<Truth> found,
      RandomConditions random) {
    int pruned = 0;
    for (int size : List.of(1, 2, 5, 20)) {
      int start = random.below(ROWS - size);
      List<Map<String, Object>> file = rows.subList(start, start + size);
      boolean matches = found.subList(start, start + size).contains(Truth.TRUE);
      boolean may = bound.mayMatch(c -> statistics(bound.columns().get(c), file));
      assertThat(may || !matches)
          .as("seed %s: %s is true of a row in %s", seed, condition, file)
          .isTrue();
      pruned += may ? 0 : 1;
    }
    return pruned;
  }

  private static ColumnStatistics statistics(
      Types.NestedField field, List<Map<String, Object>> file) {
    Object lower = null;
    Object upper = null;
    boolean nulls = false;
    boolean values = false;
    boolean nans = false;
    for (Map<String, Object> row : file) {
      Object value = row.get(field.name());
      if (value == null) {
        nulls = true;
        continue;
      }
      values = true;
      if (value instanceof Double d && d.isNaN() || value instanceof Float f && f.isNaN()) {
        nans = true;
      } else {
        lower = lower == null || compare(value, lower) < 0 ? value : lower;
        upper = upper == null || compare(value, upper) > 0 ? value : upper;
      }
    }
    if (field.type().typeId() == org.apache.iceberg.types.Type.TypeID.UUID) {
      return new ColumnStatistics(null, null, nulls, values, nans);
    }
    if (lower instanceof String text
        && text.length() > 2
        && !Character.isSurrogate(text.charAt(1))) {
      lower = text.substring(0, 2);
    }
    return new ColumnStatistics(lower, upper, nulls, values, nans);
  }

  @SuppressWarnings("unchecked")
  private static int compare(Object a, Object b) {
    return a instanceof String text
        ? Points.compare(text, (String) b)
        : a instanceof BigDecimal
            ? ((BigDecimal) a).compareTo((BigDecimal) b)
            : ((Comparable<Object>) a).compareTo(b);
  }
}
