package dev.firn.maintenance;

import static org.apache.iceberg.types.Types.NestedField.optional;

import dev.firn.core.testing.ForeignTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Seeded histories of appends, deletes and upserts, in format versions 2 and 3. */
class RandomDeletesTest {
  private static final Schema SCHEMA =
      new Schema(
          optional(1, "id", Types.IntegerType.get()),
          optional(2, "text", Types.StringType.get()),
          optional(3, "real", Types.DoubleType.get()),
          optional(4, "part", Types.IntegerType.get()));
  private static final int STEPS = Boolean.getBoolean("firn.soak") ? 60 : 12;

  @TempDir Path root;
  private final List<DataFile> files = new ArrayList<>();
  private ForeignTable table;
  private Random random;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void passLeavesTheRowsThatIcebergReads(int seed) throws IOException {
    random = new Random(seed);
    int version = 2 + seed % 2;
    PartitionSpec spec =
        seed % 3 == 0
            ? PartitionSpec.unpartitioned()
            : PartitionSpec.builderFor(SCHEMA).identity("part").build();
    table = ForeignTable.create(root, SCHEMA, spec, SortOrder.unsorted(), version);
    files.addAll(table.append(rows()));
    Set<String> vectors = new HashSet<>();
    for (int step = 0; step < STEPS; step++) {
      DataFile any = files.get(random.nextInt(files.size()));
      switch (random.nextInt(4)) {
        case 0 -> files.addAll(table.append(rows()));
        case 1 -> {
          if (version == 2) {
            table.delete(table.positionDeletes(ofItsTuple(any)));
          } else if (vectors.add(any.location())) {
            table.delete(table.deletionVector(any, positions(any)));
          }
        }
        case 2 -> table.delete(equalityDelete(any));
        default -> {
          List<DataFile> added = table.write(rows());
          table.commit(added, equalityDelete(added.get(0)));
          files.addAll(added);
        }
      }
    }
    ForeignPasses passes = new ForeignPasses(root, table);
    (random.nextBoolean() ? passes.withLargeFiles() : passes).compactsTo(table.rows());
  }

  private DeleteFile equalityDelete(DataFile like) throws IOException {
    List<String> columns =
        List.of(List.of("id"), List.of("text"), List.of("real", "part"), List.of("id", "real"))
            .get(random.nextInt(4));
    return table.equalityDeletes(table.table().spec(), like, columns, rows());
  }

  private Record[] rows() {
    Record[] rows = new Record[1 + random.nextInt(12)];
    for (int i = 0; i < rows.length; i++) {
      rows[i] =
          ForeignTable.rowOf(
              SCHEMA,
              maybe(random.nextInt(20)),
              maybe("t" + random.nextInt(15)),
              maybe(new double[] {0.0, -0.0, Double.NaN, 1.5, 2.5}[random.nextInt(5)]),
              maybe(random.nextInt(3)));
    }
    return rows;
  }

  private Object maybe(Object value) {
    return random.nextInt(8) == 0 ? null : value;
  }

  /** Some rows of the file, and of others beside it. */
  private Map<DataFile, long[]> ofItsTuple(DataFile any) {
    Map<DataFile, long[]> deleted = new HashMap<>();
    deleted.put(any, positions(any));
    for (DataFile file : files) {
      if (file.partition().equals(any.partition()) && random.nextInt(3) == 0) {
        deleted.put(file, positions(file));
      }
    }
    return deleted;
  }

  private long[] positions(DataFile file) {
    return random.longs(4, 0, file.recordCount()).sorted().distinct().toArray();
  }
}
