package dev.firn.maintenance;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;

import dev.firn.core.testing.ForeignTable;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.iceberg.Schema;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Seeded histories of schema changes at every depth, with rows of every schema. */
class RandomSchemaTest {
  private static final int STEPS = Boolean.getBoolean("firn.soak") ? 60 : 15;

  @TempDir Path root;
  private ForeignTable table;
  private Random random;
  private int names;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void passLeavesTheRowsThatIcebergReads(int seed) throws IOException {
    random = new Random(seed);
    table =
        ForeignTable.create(
            root,
            new Schema(
                required(1, "id", Types.IntegerType.get()),
                optional(2, "s", struct()),
                optional(3, "l", Types.ListType.ofOptional(4, struct())),
                optional(5, "m", Types.MapType.ofOptional(6, 7, Types.StringType.get(), struct()))),
            3);
    table.append(rows());
    for (int step = 0; step < STEPS; step++) {
      change();
      if (random.nextInt(3) == 0) {
        table.append(rows());
      }
    }
    table.append(rows());
    new ForeignPasses(root, table).compactsTo(table.rows());
  }

  private Types.StructType struct() {
    return Types.StructType.of(
        optional(100 + names++, "n" + names, Types.IntegerType.get()),
        optional(100 + names++, "n" + names, type()));
  }

  private Type type() {
    return switch (random.nextInt(8)) {
      case 0 -> Types.LongType.get();
      case 1 -> Types.FloatType.get();
      case 2 -> Types.DecimalType.of(5 + random.nextInt(12), 2);
      case 3 -> Types.StringType.get();
      case 4 -> Types.ListType.ofOptional(1000 + names++, Types.IntegerType.get());
      case 5 ->
          Types.StructType.of(
              required(1000 + names++, "r", Types.IntegerType.get()),
              optional(1000 + names++, "o", Types.FloatType.get()));
      default -> Types.IntegerType.get();
    };
  }

  private void change() throws IOException {
    Schema schema = table.table().schema();
    UpdateSchema update = table.table().updateSchema();
    List<String> all = new ArrayList<>(TypeUtil.indexByName(schema.asStruct()).keySet());
    String name = all.get(random.nextInt(all.size()));
    Types.NestedField field = schema.findField(name);
    boolean fixed = name.matches("(.*\\.)?(element|key|value)");
    try {
      switch (random.nextInt(7)) {
        case 0 -> {
          // Nobody can write a struct without any field to a Parquet file.
          if (!fixed && name.contains(".") && siblings(schema, name) > 0) {
            update.deleteColumn(name);
          }
        }
        case 1 -> {
          if (!fixed) {
            update.renameColumn(name, "n" + names++);
          }
        }
        case 2 -> update.updateColumn(name, wider(field.type()));
        case 3 -> update.makeColumnOptional(name);
        case 4 -> {
          if (!fixed) {
            update.moveFirst(name);
          }
        }
        default -> {
          // Sometimes under a name that a dropped one had.
          String added = "n" + random.nextInt(names + 1);
          String parent = field.type().isPrimitiveType() ? null : name;
          Type type = type();
          if (random.nextBoolean() || !type.isPrimitiveType()) {
            update.addColumn(parent, added, type);
          } else {
            update.addRequiredColumn(parent, added, type, null, literal(type));
          }
        }
      }
      update.commit();
    } catch (IllegalArgumentException | ValidationException e) {
      // A change that Iceberg does not allow here is none.
    }
  }

  private static int siblings(Schema schema, String name) {
    String parent = name.substring(0, name.lastIndexOf('.'));
    return schema.findType(parent).asNestedType().fields().size() - 1;
  }

  private static Type.PrimitiveType wider(Type type) {
    return switch (type.typeId()) {
      case INTEGER -> Types.LongType.get();
      case FLOAT -> Types.DoubleType.get();
      case DECIMAL -> {
        Types.DecimalType decimal = (Types.DecimalType) type;
        yield Types.DecimalType.of(Math.min(38, decimal.precision() + 7), decimal.scale());
      }
      default -> throw new IllegalArgumentException("nothing is wider than " + type);
    };
  }

  private Literal<?> literal(Type type) {
    return switch (type.typeId()) {
      case STRING -> Literal.of("default-" + random.nextInt(5));
      case DECIMAL -> Literal.of(new BigDecimal("-1.25")).to(type);
      default -> Literal.of(random.nextInt(100)).to(type);
    };
  }

  private Record[] rows() throws IOException {
    Record[] rows = new Record[1 + random.nextInt(6)];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (Record) value(table.table().schema().asStruct());
    }
    return rows;
  }

  private Object value(Types.NestedField field) {
    return field.isOptional() && random.nextInt(4) == 0 ? null : value(field.type());
  }

  private Object value(Type type) {
    return switch (type.typeId()) {
      case INTEGER -> random.nextInt();
      case LONG -> random.nextLong();
      case FLOAT -> random.nextFloat();
      case DOUBLE -> random.nextDouble();
      case STRING -> "text-" + random.nextInt(9);
      case DECIMAL -> {
        Types.DecimalType decimal = (Types.DecimalType) type;
        yield new BigDecimal(new BigInteger(3 * decimal.precision(), random), decimal.scale());
      }
      case STRUCT -> {
        GenericRecord record = GenericRecord.create(type.asStructType());
        for (int i = 0; i < record.size(); i++) {
          record.set(i, value(type.asStructType().fields().get(i)));
        }
        yield record;
      }
      case LIST -> {
        List<Object> list = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
          list.add(value(type.asListType().fields().get(0)));
        }
        yield list;
      }
      case MAP -> {
        Map<Object, Object> map = new LinkedHashMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
          map.put(value(type.asMapType().fields().get(0)), value(type.asMapType().fields().get(1)));
        }
        yield map;
      }
      default -> throw new AssertionError(type);
    };
  }
}
