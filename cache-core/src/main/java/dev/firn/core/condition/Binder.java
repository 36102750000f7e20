package dev.firn.core.condition;

import dev.firn.core.condition.Syntax.Column;
import dev.firn.core.condition.Syntax.Literal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/** Finds the columns of a condition in a schema and makes its literals comparable with them. */
final class Binder {
  private final String text;
  private final Schema schema;
  private final Points points;
  private final List<Types.NestedField> columns = new ArrayList<>();

  Binder(String text, Schema schema) {
    this.text = text;
    this.schema = schema;
    this.points = new Points(text);
  }

  /** The columns found so far, in the order of their numbers. */
  List<Types.NestedField> columns() {
    return columns;
  }

  /**
   * @throws InvalidConditionException if a column is not there, or cannot be asked this
   */
  Test bind(Syntax syntax) {
    return bind(syntax, false);
  }

  private Test bind(Syntax syntax, boolean negated) {
    if (syntax instanceof Syntax.Not not) {
      return bind(not.part(), !negated);
    }
    if (syntax instanceof Syntax.All all) {
      List<Test> parts = bind(all.parts(), negated);
      return negated ? new Test.Any(parts) : new Test.All(parts);
    }
    if (syntax instanceof Syntax.Any any) {
      List<Test> parts = bind(any.parts(), negated);
      return negated ? new Test.All(parts) : new Test.Any(parts);
    }
    if (syntax instanceof Syntax.Constant constant) {
      return new Test.Constant(negated ? constant.value().negated() : constant.value());
    }
    if (syntax instanceof Syntax.IsNull isNull) {
      return new Test.IsNull(number(isNull.column()), negated);
    }
    if (syntax instanceof Syntax.Holds holds) {
      return holds(holds.column(), negated);
    }
    if (syntax instanceof Syntax.Comparison comparison) {
      return comparison(comparison, negated);
    }
    if (syntax instanceof Syntax.In in) {
      return in(in, negated);
    }
    if (syntax instanceof Syntax.Like like) {
      return like(like, negated);
    }
    throw new AssertionError(syntax);
  }

  private List<Test> bind(List<Syntax> parts, boolean negated) {
    return parts.stream().map(part -> bind(part, negated)).toList();
  }

  private Test holds(Column column, boolean negated) {
    int number = number(column);
    Type type = columns.get(number).type();
    if (type.typeId() != Type.TypeID.BOOLEAN) {
      throw new InvalidConditionException(
          text,
          column.position(),
          "column \"" + column.name() + "\" is of type " + type + " and no condition by itself");
    }
    Point truth = points.of(column, type, new Syntax.Flag(true, column.position()));
    return new Test.Comparison(number, negated ? Operator.NOT_EQUAL : Operator.EQUAL, truth);
  }

  private Test comparison(Syntax.Comparison comparison, boolean negated) {
    Column column = comparison.column();
    int number = comparable(column);
    if (comparison.literal() instanceof Syntax.Null) {
      return new Test.Constant(Truth.UNKNOWN);
    }
    return new Test.Comparison(
        number,
        negated ? comparison.operator().negated() : comparison.operator(),
        points.of(column, columns.get(number).type(), comparison.literal()));
  }

  private Test in(Syntax.In in, boolean negated) {
    int number = comparable(in.column());
    List<Point> found = new ArrayList<>();
    for (Literal literal : in.literals()) {
      if (!(literal instanceof Syntax.Null)) {
        found.add(points.of(in.column(), columns.get(number).type(), literal));
      }
    }
    return new Test.In(number, found, found.size() < in.literals().size(), negated);
  }

  private Test like(Syntax.Like like, boolean negated) {
    int number = number(like.column());
    Type type = columns.get(number).type();
    if (type.typeId() != Type.TypeID.STRING) {
      throw new InvalidConditionException(
          text,
          like.column().position(),
          "column \"" + like.column().name() + "\" is of type " + type + ", LIKE needs a text");
    }
    if (like.pattern() instanceof Syntax.Text pattern) {
      return new Test.Like(number, new LikePattern(pattern.value()), negated);
    }
    if (like.pattern() instanceof Syntax.Null) {
      return new Test.Constant(Truth.UNKNOWN);
    }
    throw new InvalidConditionException(
        text,
        like.pattern().position(),
        "LIKE expects a pattern like 'a%', found " + like.pattern().shown());
  }

  private int comparable(Column column) {
    int number = number(column);
    Type type = columns.get(number).type();
    if (!Points.isComparable(type)) {
      throw points.notComparable(column, type);
    }
    return number;
  }

  private int number(Column column) {
    Types.NestedField field = find(column);
    int number = columns.indexOf(field);
    if (number < 0) {
      columns.add(field);
      number = columns.size() - 1;
    }
    return number;
  }

  /** By its exact name, else without regard to case if that is clear. */
  private Types.NestedField find(Column column) {
    List<Types.NestedField> similar = new ArrayList<>();
    for (Types.NestedField field : schema.columns()) {
      if (field.name().equals(column.name())) {
        return field;
      }
      if (field.name().equalsIgnoreCase(column.name())) {
        similar.add(field);
      }
    }
    if (similar.size() == 1) {
      return similar.get(0);
    }
    throw new InvalidConditionException(
        text,
        column.position(),
        similar.isEmpty()
            ? "there is no column \"" + column.name() + "\"" + hint(column.name())
            : "column \"" + column.name() + "\" is written differently: " + names(similar));
  }

  private String hint(String name) {
    String best = "";
    int bestDistance = Integer.MAX_VALUE;
    for (Types.NestedField field : schema.columns()) {
      int distance = distance(name.toLowerCase(Locale.ROOT), field.name().toLowerCase(Locale.ROOT));
      if (distance < bestDistance) {
        best = field.name();
        bestDistance = distance;
      }
    }
    return bestDistance <= Math.max(2, best.length() / 3)
        ? "; did you mean \"" + best + "\"?"
        : "; there are " + names(schema.columns());
  }

  private static String names(List<Types.NestedField> fields) {
    return String.join(", ", fields.stream().map(Types.NestedField::name).toList());
  }

  /** Insertions, deletions and replacements of one character each. */
  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
