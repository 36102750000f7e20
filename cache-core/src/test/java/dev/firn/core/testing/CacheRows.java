package dev.firn.core.testing;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.core.disk.Disk;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.read.RowJson;
import dev.firn.core.read.RowReader;
import dev.firn.testdata.RowMeaning;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.Schema;

/** The live rows of a cache in a form that can be compared: what they mean, not how it is spelt. */
public final class CacheRows {
  private static final ObjectMapper JSON = new ObjectMapper();

  private CacheRows() {}

  /**
   * Sorted rows by partition path; partitions in doubt are left out, empty ones and the journal of
   * maintenance too.
   */
  public static Map<String, List<String>> read(Disk disk, Path root) throws IOException {
    Map<String, List<String>> rows = new TreeMap<>();
    for (Partition partition : new CacheDirectory(disk, root).partitions()) {
      if (!partition.dataset().equals(CacheDirectory.JOURNAL_DATASET)
          && new PartitionInspector(disk).inspect(partition) instanceof Live live) {
        List<String> found = read(disk, live);
        if (!found.isEmpty()) {
          rows.put(partition.path(), found);
        }
      }
    }
    return rows;
  }

  /** Sorted rows of one partition. */
  public static List<String> read(Disk disk, Live live) throws IOException {
    List<String> found = new ArrayList<>();
    Schema schema = live.generation().metadata().schema();
    new RowReader(disk, live.generation())
        .forEach(
            schema,
            row -> {
              StringWriter text = new StringWriter();
              try (JsonGenerator json = JSON.createGenerator(text)) {
                RowJson.write(json, schema.asStruct(), row);
              }
              found.add(RowMeaning.of(JSON.readTree(text.toString())));
              return true;
            });
    Collections.sort(found);
    return found;
  }
}
