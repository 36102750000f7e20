package dev.firn.maintenance.swap;

import dev.firn.core.layout.GenerationName;
import java.nio.file.Path;
import java.util.Map;

/**
 * A new generation, whole, durable and proved, that nobody can see yet.
 *
 * @param building where it is
 * @param target where it goes by one rename
 * @param rowsIn rows of the old generation's data files, hidden ones included
 * @param rowsOut rows of the new one
 * @param rowsDeleted hidden rows that were left out
 * @param carried new location of each file that went over as it is, by its old one
 * @param bytes of all its data files
 * @param bytesWritten of those that were written, not linked
 */
record BuiltGeneration(
    GenerationName name,
    Path building,
    Path target,
    long rowsIn,
    long rowsOut,
    long rowsDeleted,
    long dataFiles,
    long filesRewritten,
    Map<String, String> carried,
    long bytes,
    long bytesWritten) {
  BuiltGeneration {
    carried = Map.copyOf(carried);
  }
}
