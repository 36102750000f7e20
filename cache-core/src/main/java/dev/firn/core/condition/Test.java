package dev.firn.core.condition;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A condition whose columns are known by number, without NOT: what was negated is in the operators,
 * which is the same in three-valued logic.
 */
sealed interface Test {

  /** Of one row. */
  Truth of(Bound.Row row);

  /** False only if it cannot be true of any row that has these statistics. */
  boolean mayBeTrue(Bound.Statistics statistics);

  record Constant(Truth value) implements Test {
    @Override
    public Truth of(Bound.Row row) {
      return value;
    }

    @Override
    public boolean mayBeTrue(Bound.Statistics statistics) {
      return value == Truth.TRUE;
    }
  }

  record All(List<Test> parts) implements Test {
    public All {
      parts = List.copyOf(parts);
    }

    @Override
    public Truth of(Bound.Row row) {
      Truth all = Truth.TRUE;
      for (Test part : parts) {
        Truth one = part.of(row);
        if (one == Truth.FALSE) {
          return Truth.FALSE;
        }
        all = one == Truth.UNKNOWN ? one : all;
      }
      return all;
    }

    @Override
    public boolean mayBeTrue(Bound.Statistics statistics) {
      return parts.stream().allMatch(part -> part.mayBeTrue(statistics));
    }
  }

  record Any(List<Test> parts) implements Test {
    public Any {
      parts = List.copyOf(parts);
    }

    @Override
    public Truth of(Bound.Row row) {
      Truth any = Truth.FALSE;
      for (Test part : parts) {
        Truth one = part.of(row);
        if (one == Truth.TRUE) {
          return Truth.TRUE;
        }
        any = one == Truth.UNKNOWN ? one : any;
      }
      return any;
    }

    @Override
    public boolean mayBeTrue(Bound.Statistics statistics) {
      return parts.stream().anyMatch(part -> part.mayBeTrue(statistics));
    }
  }

  record IsNull(int column, boolean negated) implements Test {
    @Override
    public Truth of(Bound.Row row) {
      return Truth.of((row.value(column) == null) != negated);
    }

    @Override
    public boolean mayBeTrue(Bound.Statistics statistics) {
      ColumnStatistics known = statistics.of(column);
      return negated ? known.mayHaveValues() : known.mayHaveNulls();
    }
  }

  record Comparison(int column, Operator operator, Point point) implements Test {
    @Override
    public Truth of(Bound.Row row) {
      @Nullable Object value = row.value(column);
      return value == null ? Truth.UNKNOWN : Truth.of(operator.holds(point.compare(value)));
    }

    @Override
    public boolean mayBeTrue(Bound.Statistics statistics) {
      ColumnStatistics known = statistics.of(column);
      if (!known.mayHaveValues()) {
        return false;
      }
      @Nullable Object lower = known.lower();
      @Nullable Object upper = known.upper();
      boolean nans = known.mayHaveNans();
      return switch (operator) {
        case EQUAL -> isWithin(point, lower, upper);
        case NOT_EQUAL -> nans || !isOnly(point, lower, upper);
        case LESS -> lower == null || point.compare(lower) < 0;
        case LESS_OR_EQUAL -> lower == null || point.compare(lower) <= 0;
        case GREATER -> nans || upper == null || point.compare(upper) > 0;
        case GREATER_OR_EQUAL -> nans || upper == null || point.compare(upper) >= 0;
      };
    }

    static boolean isWithin(Point point, @Nullable Object lower, @Nullable Object upper) {
      return (lower == null || point.compare(lower) <= 0)
          && (upper == null || point.compare(upper) >= 0);
    }

    static boolean isOnly(Point point, @Nullable Object lower, @Nullable Object upper) {
      return lower != null
          && upper != null
          && point.compare(lower) == 0
          && point.compare(upper) == 0;
    }
  }

  /**
   * @param orNull whether NULL is in the list: then what is not found is unknown
   */
  record In(int column, List<Point> points, boolean orNull, boolean negated) implements Test {
    public In {
      points = List.copyOf(points);
    }

    @Override
    public Truth of(Bound.Row row) {
      @Nullable Object value = row.value(column);
      if (value == null) {
        return Truth.UNKNOWN;
      }
      for (Point point : points) {
        if (point.compare(value) == 0) {
          return Truth.of(!negated);
        }
      }
      return orNull ? Truth.UNKNOWN : Truth.of(negated);
    }

    @Override
    public boolean mayBeTrue(Bound.Statistics statistics) {
      ColumnStatistics known = statistics.of(column);
      if (!known.mayHaveValues() || (negated && orNull)) {
        return false;
      }
      return negated
          || points.stream()
              .anyMatch(point -> Comparison.isWithin(point, known.lower(), known.upper()));
    }
  }

  record Like(int column, LikePattern pattern, boolean negated) implements Test {
    @Override
    public Truth of(Bound.Row row) {
      @Nullable Object value = row.value(column);
      return value == null
          ? Truth.UNKNOWN
          : Truth.of(pattern.matches((CharSequence) value) != negated);
    }

    @Override
    public boolean mayBeTrue(Bound.Statistics statistics) {
      ColumnStatistics known = statistics.of(column);
      if (!known.mayHaveValues()) {
        return false;
      }
      String prefix = pattern.prefix();
      if (negated || prefix.isEmpty()) {
        return true;
      }
      @Nullable Object lower = known.lower();
      @Nullable Object upper = known.upper();
      return (lower == null
              || lower.toString().startsWith(prefix)
              || Points.compare((CharSequence) lower, prefix) < 0)
          && (upper == null || Points.compare((CharSequence) upper, prefix) >= 0);
    }
  }
}
