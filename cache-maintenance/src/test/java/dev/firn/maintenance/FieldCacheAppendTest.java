package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.append.Appends;
import dev.firn.core.append.Receipt;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.Generation;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Layout;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.read.RowJson;
import dev.firn.core.read.RowReader;
import dev.firn.core.testing.CacheRows;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import dev.firn.testdata.FieldCaches;
import dev.firn.testdata.RowMeaning;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Appends into caches that another program wrote, before and after a pass, and what it would find.
 */
@VerifiedAtTheEnd
class FieldCacheAppendTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path directory;
  private final Disk disk = new LocalDisk();
  private final Map<String, List<String>> expected = new TreeMap<>();

  static List<String> names() {
    return FieldCaches.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void rowsAppendedBeforeAndAfterAPassAreReadOnceAndItsNamesAreKept(String name) throws Exception {
    Path root = FieldCaches.unpack(name, directory);
    expected.putAll(CacheRows.read(disk, root));
    Map<String, JsonNode> cursors = cursors(root);
    Map<String, Schema> schemas = schemas(root);
    try (Cache cache = Appends.open(root)) {
      int appended = appendToAll(root, cache, "first");
      assertThat(appended).as("live partitions of %s", name).isPositive();
      requireRows(root, "appended");
      cache.publish();
      requireRows(root, "published");
      assertThat(cursors(root)).as("an append writes no cursor").isEqualTo(cursors);
      requireAsTheOtherProgramExpects(root);
      appendToAll(root, cache, "second");

      PassReport report = new Passes(disk, root).forced();

      requireRows(root, "after a pass: " + report.partitions());
      appendToAll(root, cache, "third");
      try (Cache other = Appends.open(root)) {
        appendToAll(root, other, "fourth");
      }
      requireRows(root, "appended after a pass");
      new Passes(disk, root).forced();
      requireRows(root, "after another pass");
    }
    requireAsTheOtherProgramExpects(root);
    Map<String, Schema> after = schemas(root);
    schemas.forEach(
        (path, schema) ->
            assertThat(after.get(path).asStruct()).as(path).isEqualTo(schema.asStruct()));
    cursors.forEach(
        (path, before) -> {
          JsonNode now = cursor(root.resolve(path));
          before
              .fieldNames()
              .forEachRemaining(field -> assertThat(now.has(field)).as(path + field).isTrue());
        });
  }

  private Map<String, JsonNode> cursors(Path root) throws IOException {
    Map<String, JsonNode> cursors = new TreeMap<>();
    for (Live live : live(root)) {
      cursors.put(live.partition().path(), cursor(live.partition().directory()));
    }
    return cursors;
  }

  private static JsonNode cursor(Path partition) {
    try {
      return JSON.readTree(Files.readAllBytes(partition.resolve("cursor.json")));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private Map<String, Schema> schemas(Path root) throws IOException {
    Map<String, Schema> schemas = new TreeMap<>();
    for (Live live : live(root)) {
      schemas.put(live.partition().path(), live.generation().metadata().schema());
    }
    return schemas;
  }

  private List<Live> live(Path root) throws IOException {
    List<Live> live = new ArrayList<>();
    for (Partition partition : new CacheDirectory(disk, root).partitions()) {
      if (new PartitionInspector(disk).inspect(partition) instanceof Live found) {
        live.add(found);
      }
    }
    return live;
  }

  /** A row of each partition again, with another text; returns to how many. */
  private int appendToAll(Path root, Cache cache, String key) throws Exception {
    int count = 0;
    for (Live live : live(root)) {
      ObjectNode row = anyRow(live);
      if (row == null) {
        continue;
      }
      for (Types.NestedField field : live.generation().metadata().schema().columns()) {
        if (field.type().typeId() == Type.TypeID.STRING
            && !isPartitionSource(live, field)
            && row.path(field.name()).isTextual()) {
          row.put(field.name(), key + " of " + field.name());
          break;
        }
      }
      Partition partition = live.partition();
      Receipt receipt = cache.writer(partition.dataset(), partition.keys()).append(row.toString());
      assertThat(receipt.held()).as(partition.path()).isFalse();
      assertThat(receipt.rescuedValues()).as(partition.path() + row).isZero();
      List<String> rows = expected.computeIfAbsent(partition.path(), path -> new ArrayList<>());
      rows.add(RowMeaning.of(row));
      Collections.sort(rows);
      count++;
    }
    return count;
  }

  private static boolean isPartitionSource(Live live, Types.NestedField field) {
    return live.generation().metadata().spec().fields().stream()
        .anyMatch(f -> f.sourceId() == field.fieldId());
  }

  private ObjectNode anyRow(Live live) throws IOException {
    ObjectNode[] any = {null};
    Schema schema = live.generation().metadata().schema();
    new RowReader(disk, live.generation())
        .forEach(
            schema,
            row -> {
              StringWriter text = new StringWriter();
              try (JsonGenerator json = JSON.createGenerator(text)) {
                RowJson.write(json, schema.asStruct(), row);
              }
              any[0] = (ObjectNode) JSON.readTree(text.toString());
              return false;
            });
    return any[0];
  }

  private void requireRows(Path root, String when) throws IOException {
    Map<String, List<String>> found = CacheRows.read(disk, root);
    assertThat(found.keySet()).as(when).isEqualTo(expected.keySet());
    found.forEach(
        (path, rows) -> assertThat(rows).as(when + " " + path).isEqualTo(expected.get(path)));
  }

  /** Versions without a gap at their end, a hint, one location prefix, its own layout. */
  private void requireAsTheOtherProgramExpects(Path root) throws IOException {
    for (Live live : live(root)) {
      Generation generation = live.generation();
      Path metadata = generation.paths().metadata();
      String version = generation.metadataFile().replaceAll("v(\\d+)\\..*", "$1");
      assertThat(metadata.resolve("version-hint.text")).hasContent(version);
      assertThat(generation.unpublished().size()).isNotNegative();
      String prefix = generation.metadata().location();
      for (FileScanTask task : generation.liveFiles()) {
        assertThat(task.file().location()).startsWith(prefix + "/data/");
        if (generation.metadata().spec().isPartitioned()) {
          assertThat(task.file().specId()).isEqualTo(generation.metadata().defaultSpecId());
        }
      }
      assertThat(generation.metadata().location()).startsWith(prefix);
      JsonNode cursor = cursor(live.partition().directory());
      assertThat(cursor.has("layout")).isEqualTo(generation.name().layout() == Layout.SOURCE_TABLE);
    }
  }
}
