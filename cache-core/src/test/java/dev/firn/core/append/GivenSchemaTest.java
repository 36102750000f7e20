package dev.firn.core.append;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.rows.JsonExchange;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GivenSchemaTest {
  private static final Schema GIVEN =
      new Schema(
          Types.NestedField.optional(1, "n", Types.LongType.get()),
          Types.NestedField.optional(2, "d", Types.DoubleType.get()),
          Types.NestedField.optional(3, "list", Types.ListType.ofOptional(5, Types.LongType.get())),
          Types.NestedField.optional(4, "_rescued", Types.StringType.get()));

  @TempDir Path root;
  private final Disk disk = new LocalDisk();

  private Cache open() {
    AppendOptions options = Appends.OPTIONS.withSchemas(Map.of(Appends.DATASET, GIVEN));
    return Cache.open(disk, root, InstantSource.system(), options);
  }

  @Test
  void aNewPartitionBeginsWithTheSchemaThatIsGivenWhateverItsFirstRowsAre() throws Exception {
    try (Cache cache = open()) {
      Appends.writer(cache).append("{\"n\":1}");
      cache.writer("others", Appends.SOURCE).append("{\"n\":1}");

      assertThat(Appends.live(disk, root).generation().metadata().schema().sameSchema(GIVEN))
          .isTrue();
      List<Object> others = new ArrayList<>();
      cache.scan("others", (partition, row) -> others.add(row.get(0)));
      assertThat(others).containsExactly(1);
    }
  }

  @Test
  void whatDoesNotFitIsRescuedAndTheSchemaStays() throws Exception {
    try (Cache cache = open()) {
      ObjectNode row = JsonNodeFactory.instance.objectNode();
      row.put("n", new BigInteger("18446744073709551615"));
      row.putArray("list").add(1L).add(Long.MIN_VALUE);
      Receipt receipt = Appends.writer(cache).append(JsonExchange.of(List.of(row), 10));

      assertThat(receipt.rescuedValues()).isEqualTo(1);
      assertThat(Appends.live(disk, root).generation().metadata().schema().sameSchema(GIVEN))
          .isTrue();
      cache.scan(
          Appends.DATASET,
          (partition, found) -> {
            assertThat(found.getField("n")).isNull();
            assertThat(found.getField("list")).isEqualTo(List.of(1L, Long.MIN_VALUE));
            assertThat(found.getField("_rescued")).isEqualTo("{\"n\":18446744073709551615}");
          });
    }
  }

  @Test
  void doublesOfAProgramAreKeptBitByBit() throws Exception {
    List<Double> doubles =
        new ArrayList<>(
            List.of(
                Double.NaN,
                -0.0,
                Double.POSITIVE_INFINITY,
                Double.NEGATIVE_INFINITY,
                Double.MIN_VALUE,
                2.2250738585072014E-308,
                1.9400994884341945E25));
    Random random = new Random(11);
    for (int i = 0; i < 1000; i++) {
      doubles.add(Double.longBitsToDouble(random.nextLong()));
    }
    try (Cache cache = open()) {
      List<ObjectNode> rows = new ArrayList<>();
      doubles.forEach(d -> rows.add(JsonNodeFactory.instance.objectNode().put("d", d)));
      Appends.writer(cache).append(JsonExchange.of(rows, 10));

      List<Double> found = new ArrayList<>();
      cache.scan(Appends.DATASET, (partition, row) -> found.add((Double) row.getField("d")));
      assertThat(found).isEqualTo(doubles);
    }
  }
}
