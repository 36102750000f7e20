package dev.firn.cli.sql;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.append.HeldAppends;
import dev.firn.core.append.HeldRows;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.ParquetOutput;
import dev.firn.core.rows.ExchangeEncoder;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;

/**
 * Held rows as Parquet files. In memory are no more rows than go into one file: {@value #MAX_BYTES}
 * bytes of JSON, which as trees may be thirty times as large, and one row more.
 */
final class HeldFiles implements HeldRows.Visitor, Closeable {
  private static final long MAX_BYTES = 1 << 20;

  private final Disk disk;
  private final HeldAppends.Places places;
  private final Schema schema;
  private final ExchangeEncoder encoder = new ExchangeEncoder();
  private final List<Path> files = new ArrayList<>();
  private final List<ObjectNode> rows = new ArrayList<>();
  private long bytes;

  /**
   * @param schema takes all rows
   */
  HeldFiles(Disk disk, HeldAppends.Places places, Schema schema) {
    this.disk = disk;
    this.places = places;
    this.schema = schema;
  }

  @Override
  public boolean row(ObjectNode row, long size) throws IOException {
    rows.add(row);
    bytes += size;
    if (bytes >= MAX_BYTES) {
      write();
    }
    return true;
  }

  /** The files with all rows, in their order. */
  List<Path> end() throws IOException {
    if (!rows.isEmpty()) {
      write();
    }
    return List.copyOf(files);
  }

  private void write() throws IOException {
    Path file = places.next();
    encoder.encode(
        schema,
        SortOrder.unsorted(),
        rows,
        Map.of(),
        new ParquetOutput(disk, file),
        MetricsConfig.getDefault());
    files.add(file);
    rows.clear();
    bytes = 0;
  }

  @Override
  public void close() {
    encoder.close();
  }
}
