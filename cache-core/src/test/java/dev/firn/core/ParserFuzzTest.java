package dev.firn.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.append.HeldExchange;
import dev.firn.core.condition.Condition;
import dev.firn.core.condition.InvalidConditionException;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.GenerationProof;
import dev.firn.core.generation.MetadataVersions;
import dev.firn.core.generation.RetiredMarker;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.LandedName;
import dev.firn.core.layout.PartitionFiles;
import dev.firn.core.testing.Mutations;
import dev.firn.testdata.FieldCaches;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever stands in a file or a name, what reads it answers, or refuses in the agreed words. */
class ParserFuzzTest {
  private static final long SEED = Boolean.getBoolean("firn.soak") ? System.nanoTime() : 20261122;
  private static final Path FILE = Path.of("/cache/file");

  @TempDir Path directory;
  private final Disk disk = new LocalDisk();

  private interface Parser<T> {
    void parse(T input) throws Exception;
  }

  /** Parses mutations of the seeds; only {@code expected} may be thrown. */
  private static void fuzz(
      List<String> seeds,
      List<String> words,
      int rounds,
      Class<? extends Exception> expected,
      Parser<byte[]> parser) {
    Mutations mutations = new Mutations(SEED, words);
    int accepted = 0;
    for (int i = 0; i < rounds; i++) {
      byte[] input = mutations.mutate(seeds.get(i % seeds.size()).getBytes(StandardCharsets.UTF_8));
      try {
        parser.parse(input);
        accepted++;
      } catch (Exception | Error e) {
        if (!expected.isInstance(e)) {
          String text = new String(input, StandardCharsets.UTF_8);
          fail(
              "seed %d, round %d: %s"
                  .formatted(SEED, i, text.substring(0, Math.min(500, text.length()))),
              e);
        }
        assertThat(e).hasMessageMatching("(?s).+");
      }
    }
    assertThat(accepted).as("some mutations mean something").isPositive();
  }

  @Test
  void conditionsAreReadOrRefusedWithThePosition() {
    Schema schema =
        new Schema(
            Types.NestedField.optional(1, "a", Types.LongType.get()),
            Types.NestedField.optional(2, "b", Types.StringType.get()),
            Types.NestedField.optional(3, "t", Types.TimestampType.withZone()),
            Types.NestedField.optional(4, "d", Types.DoubleType.get()));
    fuzz(
        List.of(
            "a = 1 AND NOT (b LIKE '%x_' OR t < '2026-01-01T00:00:00Z')",
            "b IN ('x', 'it''s', NULL) OR d >= -1.5e3",
            "\"a\" IS NOT NULL AND a <> 9223372036854775807",
            "t >= TIMESTAMP '2026-11-22 01:02:03.123456' OR d IS NULL"),
        List.of(
            "(",
            ")",
            "'",
            "\"",
            "NOT ",
            " AND ",
            " OR ",
            " IN (",
            " LIKE ",
            " IS NULL",
            "<>",
            "<=",
            "=",
            ",",
            "-",
            ".",
            "1e999",
            "NULL",
            " a ",
            "''",
            "--",
            "/*",
            ";",
            "\\",
            "\0",
            "é",
            "0x",
            "99999999999999999999",
            "TRUE",
            " BETWEEN ",
            "%"),
        Mutations.ROUNDS,
        InvalidConditionException.class,
        bytes -> {
          String text = new String(bytes, StandardCharsets.UTF_8);
          try {
            Condition.parse(text).bind(schema);
          } catch (InvalidConditionException e) {
            assertThat(e.position()).isBetween(0, text.length() + 1);
            throw e;
          }
        });
  }

  @Test
  void heldExchangesAreReadOrRefusedByName() {
    fuzz(
        List.of(
            "{\"id\":\"x\",\"partition\":\"datasets/a/source=b\",\"at\":\"2026-01-01T00:00:00Z\","
                + "\"rows\":[{\"a\":1,\"b\":{\"c\":[1.50,null]}}]}"),
        Mutations.JSON,
        Mutations.ROUNDS,
        CacheException.class,
        bytes -> HeldExchange.parse(FILE, bytes));
  }

  @Test
  void namesAreExactlyWhatTheyAreWrittenAs() {
    List<String> words =
        List.of(
            "table",
            "-",
            "0",
            "9",
            "epoch=",
            ".parquet",
            ".json",
            ".building-",
            ".removing-",
            "v",
            ".metadata.json",
            "/",
            "..",
            "\0",
            "é",
            "00",
            "a",
            "F",
            "99999999999999999999");
    String id = UUID.nameUUIDFromBytes(new byte[0]).toString();
    fuzz(
        List.of(
            "table",
            "table-7",
            "table-1795319052379",
            "epoch=2",
            "17-0123456789abcdef.parquet",
            ".building-table-7-" + id,
            ".removing-epoch=3-" + id,
            "v17.metadata.json",
            "00017-" + id + ".metadata.json",
            "v17.gz.metadata.json"),
        words,
        Mutations.ROUNDS * 4,
        NoSuchFieldException.class, // none at all
        bytes -> {
          String name = new String(bytes, StandardCharsets.UTF_8);
          GenerationName.parse(name).ifPresent(n -> assertThat(n.format()).isEqualTo(name));
          LandedName.parse(name).ifPresent(n -> assertThat(n.format()).isEqualTo(name));
          PartitionFiles.parseBuilding(name)
              .ifPresent(n -> assertThat(name).startsWith(".building-" + n.format() + "-"));
          PartitionFiles.parseRemoving(name)
              .ifPresent(n -> assertThat(name).startsWith(".removing-" + n.format() + "-"));
          PartitionFiles.isReceipts(name);
          assertThat(MetadataVersions.parse(name).orElse(0)).isNotNegative();
        });
  }

  @Test
  void retiredMarkersSayWhenOrThatTheyDoNotSay() throws Exception {
    Path marker = directory.resolve(".retired");
    fuzz(
        List.of("2026-12-01T00:00:00Z", "2026-12-01T00:00:00.123456789Z\n"),
        List.of("-", "+", "999999999", "T", "Z", "24:00", ":60", "\0", "\n", "é"),
        Mutations.ROUNDS / 50,
        CacheException.class,
        bytes -> {
          Files.write(marker, bytes);
          assertThat(RetiredMarker.find(disk, directory)).isPresent();
        });
  }

  @Test
  void proofsOfGenerationsAreReadOrNone() {
    GenerationProof proof =
        GenerationProof.parse(
                Map.of(
                    "firn.generation.name", "table-7",
                    "firn.generation.parent", "table",
                    "firn.generation.parent-metadata", "v3.metadata.json",
                    "firn.generation.parent-uuid", "x",
                    "firn.generation.rows-in", "10",
                    "firn.generation.rows-out", "9",
                    "firn.generation.rows-dropped.deleted", "1",
                    "firn.generation.proof", "counts"))
            .orElseThrow();
    Mutations mutations =
        new Mutations(SEED, List.of("-", "1", "table", "\0", "99999999999999999"));
    List<String> keys = List.copyOf(proof.format().keySet());
    for (int i = 0; i < Mutations.ROUNDS; i++) {
      Map<String, String> properties = new HashMap<>(proof.format());
      properties.computeIfPresent(
          keys.get(i % keys.size()), (key, value) -> mutations.mutate(value));
      GenerationProof.parse(properties);
    }
  }

  /** The whole way in: what a damaged metadata file makes of a generation. */
  @Test
  void generationsLoadOrAreRefusedWhateverTheirMetadataSays() throws Exception {
    Path root = FieldCaches.unpack("source-table-compacted", directory);
    Path live = new CacheDirectory(disk, root).partitions().get(0).directory();
    GenerationName name;
    try (Stream<Path> entries = Files.list(live)) {
      name =
          entries
              .flatMap(entry -> GenerationName.parse(entry.getFileName().toString()).stream())
              .max(Comparator.comparingLong(GenerationName::number))
              .orElseThrow();
    }
    Path generation = live.resolve(name.format());
    Path metadata =
        generation
            .resolve("metadata")
            .resolve(Generation.load(disk, generation, name).metadataFile());
    String before = Files.readString(metadata);
    new ObjectMapper().readValue(before, ObjectNode.class);
    List<String> words = new ArrayList<>(Mutations.JSON);
    words.addAll(List.of("\"format-version\":9,", "\"current-schema-id\":7,", "\"snapshots\":[],"));
    fuzz(
        List.of(before),
        words,
        Mutations.ROUNDS / 50,
        CacheException.class,
        bytes -> {
          Files.write(metadata, bytes);
          Generation loaded = Generation.load(disk, generation, name);
          loaded.published();
          loaded.unpublished();
          loaded.proof();
          loaded.liveFiles();
        });
  }
}
