package dev.firn.maintenance;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.Generation;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.rows.JsonExchange;
import dev.firn.core.rows.NotAnExchangeException;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.deletes.PositionDeleteWriter;
import org.apache.iceberg.parquet.Parquet;

/** Small caches of one partition each that together hold a file of every kind. */
final class DamageCaches {
  /** How many rows {@link #appended} has, those that are held too. */
  static final int ROWS = 78;

  static final String PARTITION = Appends.PARTITION;

  private DamageCaches() {}

  /**
   * A superseded generation; a live one with one compacted, two published and two landed files; and
   * an exchange that is held for it.
   */
  static Path appended(Path directory) throws IOException {
    Path root = directory.resolve("appended");
    try (Cache cache = Appends.open(root)) {
      append(cache, "one", 40);
      append(cache, "two", 20);
    }
    appendWithAnId(Cache.open(new LocalDisk(), root, () -> Passes.START, Appends.OPTIONS));
    new Passes(new LocalDisk(), root).forced();
    try (Cache cache = Appends.open(root)) {
      append(cache, "three", 2);
      cache.publish();
      append(cache, "four", 3);
    }
    Cache cache = Appends.open(root);
    append(cache, "five", 4); // never closed: they stay unpublished
    append(cache, "six", 3);
    Path cursor = root.resolve(PARTITION).resolve("cursor.json");
    byte[] valid = Files.readAllBytes(cursor);
    Files.writeString(cursor, "{");
    append(Appends.open(root), "seven", 5);
    Files.write(cursor, valid);
    return root;
  }

  /** Deletion vectors, from the field. */
  static Path withVectors(Path directory) throws IOException {
    Path from = FieldCaches.unpack("with-deletes", directory);
    Path root = directory.resolve("vectors");
    String partition = "datasets/ai_gateway_messages/source=claude";
    Files.createDirectories(root.resolve(partition).getParent());
    Files.move(from.resolve(partition), root.resolve(partition));
    return root;
  }

  /** Position deletes in a Parquet file. */
  static Path withPositionDeletes(Path directory) throws IOException {
    Path root = directory.resolve("positions");
    try (Cache cache = Appends.open(root)) {
      append(cache, "one", 30);
      append(cache, "two", 20);
    }
    LocalDisk disk = new LocalDisk();
    Live live = Appends.live(disk, root);
    Generation generation = live.generation();
    Table table = generation.table();
    DataFile file = generation.liveFiles().get(0).file();
    PositionDeleteWriter<Record> writer =
        Parquet.writeDeletes(table.io().newOutputFile(table.location() + "/data/deletes.parquet"))
            .createWriterFunc(GenericParquetWriter::create)
            .withSpec(PartitionSpec.unpartitioned())
            .buildPositionWriter();
    try (writer) {
      for (long position : new long[] {1, 4, 6}) {
        writer.write(PositionDelete.<Record>create().set(file.location(), position));
      }
    }
    table.newRowDelta().addDeletes(writer.toDeleteFile()).commit();
    return root;
  }

  private static void append(Cache cache, String id, int rows) throws IOException {
    try {
      Appends.writer(cache).append(Appends.exchange(id, rows));
    } catch (NotAnExchangeException e) {
      throw new AssertionError(e);
    }
  }

  private static void appendWithAnId(Cache cache) throws IOException {
    byte[] rows = Appends.exchange("given", 1).getBytes(StandardCharsets.UTF_8);
    try {
      Appends.writer(cache).append(JsonExchange.parse(rows, 0, rows.length), "an id");
    } catch (NotAnExchangeException e) {
      throw new AssertionError(e);
    }
  }

  /** A copy with the same times. */
  static Path copy(Path from, Path to) throws IOException {
    List<Path> directories = new ArrayList<>();
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
          directories.add(path);
        } else {
          Files.copy(path, target, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
    Collections.reverse(directories);
    for (Path path : directories) {
      FileTime time = Files.getLastModifiedTime(path);
      Files.setLastModifiedTime(to.resolve(from.relativize(path).toString()), time);
    }
    return to;
  }
}
