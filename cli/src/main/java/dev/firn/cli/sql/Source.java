package dev.firn.cli.sql;

import java.nio.file.Path;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.iceberg.Schema;

/**
 * Files of one schema that hold rows of one partition.
 *
 * @param keys the partition's keys
 * @param schema finds columns in the files by field id
 * @param whole files all rows of which count
 * @param partial files of which the rows at these positions do not count
 */
record Source(
    Map<String, String> keys, Schema schema, List<Path> whole, Map<Path, BitSet> partial) {
  Source {
    keys = new LinkedHashMap<>(keys);
    whole = List.copyOf(whole);
    partial = new LinkedHashMap<>(partial);
  }

  /** Both kinds. */
  List<Path> files() {
    return Stream.concat(whole.stream(), partial.keySet().stream()).toList();
  }
}
