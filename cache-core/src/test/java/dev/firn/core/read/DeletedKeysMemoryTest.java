package dev.firn.core.read;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.testing.ForeignTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 400,000 deleted keys, which take some 150 MB, are applied in a heap of 80 MB. */
class DeletedKeysMemoryTest {
  private static final int KEYS = 400_000;
  private static final Schema SCHEMA = new Schema(optional(1, "id", Types.StringType.get()));

  @TempDir Path root;

  private static Record row(int number) {
    return ForeignTable.rowOf(SCHEMA, "a-key-of-thirty-characters-" + number);
  }

  @Test
  void moreKeysThanFitIntoTheHeapAreApplied() throws Exception {
    ForeignTable table = ForeignTable.create(root, SCHEMA, 2);
    table.append(row(7), row(-1), row(KEYS - 1));
    table.append(row(KEYS / 2), row(-2));
    Iterable<Record> keys = () -> IntStream.range(0, KEYS).mapToObj(k -> row(k)).iterator();
    table.delete(table.equalityDeletes(PartitionSpec.unpartitioned(), null, List.of("id"), keys));

    Path log = root.resolve("log");
    Generation generation = table.generation();
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx80m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                DeletedKeysMemoryTest.class.getName(),
                generation.directory().toString(),
                generation.name().format())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(process.waitFor(600, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(log)).contains("live rows: 2");
  }

  public static void main(String[] arguments) throws IOException {
    Generation generation =
        Generation.load(
            new LocalDisk(),
            Path.of(arguments[0]),
            GenerationName.parse(arguments[1]).orElseThrow());
    System.out.println(
        "live rows: " + new DeletedRows(generation).liveRows(generation.liveFiles()));
  }
}
