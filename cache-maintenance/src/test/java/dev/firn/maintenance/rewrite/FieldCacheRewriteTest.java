package dev.firn.maintenance.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every data file of every table of every field cache, rewritten with its neighbours. */
final class FieldCacheRewriteTest {
  @TempDir Path dir;

  static List<String> caches() {
    return FieldCaches.names();
  }

  @ParameterizedTest
  @MethodSource("caches")
  void everyTableOfAFieldCacheIsRewrittenRowForRow(String cache) throws IOException {
    Path root = FieldCaches.unpack(cache, dir);
    int tables = 0;
    for (Path table : tables(root)) {
      List<Path> files = list(table.resolve("data"), ".parquet");
      if (!files.isEmpty()) {
        tables++;
        rewritesRowForRow(table, files);
      }
    }
    assertThat(tables).isPositive();
  }

  private static void rewritesRowForRow(Path table, List<Path> files) throws IOException {
    Schema schema = schema(table);
    List<RewriteInput> inputs = new ArrayList<>();
    List<Object> expected = new ArrayList<>();
    List<RewriteInput> masked = new ArrayList<>();
    List<Object> expectedMasked = new ArrayList<>();
    for (Path file : files) {
      byte[] bytes = Files.readAllBytes(file);
      RewriteInput input = Rewrites.input(file.toString(), bytes);
      List<Object> rows = Rewrites.read(schema, bytes);
      inputs.add(input);
      expected.addAll(rows);
      long[] odd =
          Stream.iterate(1L, i -> i + 2).limit(rows.size() / 2).mapToLong(i -> i).toArray();
      RewriteInput half = Rewrites.input(file.toString(), bytes, odd);
      masked.add(half);
      expectedMasked.addAll(Rewrites.without(rows, half.dropped()));
    }
    Rewrites whole = Rewrites.rewrite(schema, Rewrites.LIMITS, inputs);
    assertThat(whole.result.files()).hasSize(1);
    assertThat(whole.result.proof().contentProved()).isTrue();
    assertThat(whole.rows()).isEqualTo(expected);

    RewriteLimits tiny = new RewriteLimits(4000, 3, 7, 20_000, true);
    Rewrites halves = Rewrites.rewrite(schema, tiny, masked);
    assertThat(halves.rows()).isEqualTo(expectedMasked);
  }

  private static List<Path> tables(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      return paths
          .filter(path -> path.endsWith("metadata") && Files.isDirectory(path))
          .map(Path::getParent)
          .sorted()
          .toList();
    }
  }

  private static Schema schema(Path table) throws IOException {
    List<Path> versions = list(table.resolve("metadata"), ".metadata.json");
    Path newest =
        versions.stream()
            .max(Comparator.comparingInt(FieldCacheRewriteTest::version))
            .orElseThrow();
    TableMetadata metadata =
        TableMetadataParser.fromJson(newest.toString(), Files.readString(newest));
    return metadata.schema();
  }

  private static int version(Path metadata) {
    String name = metadata.getFileName().toString();
    return Integer.parseInt(name.substring(1, name.indexOf('.')));
  }

  private static List<Path> list(Path dir, String suffix) throws IOException {
    if (!Files.isDirectory(dir)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.list(dir)) {
      return paths.filter(path -> path.toString().endsWith(suffix)).sorted().toList();
    }
  }
}
