package dev.firn.maintenance.repair;

import dev.firn.maintenance.quarantine.QuarantineRecord.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * A file of the live generation that cannot be read.
 *
 * @param location as the table records it; the name of a landed file
 * @param rows in it, if their number is known
 * @param deletes delete files that apply to it
 */
record DamagedFile(
    Kind kind, String location, Path path, OptionalLong rows, String why, List<String> deletes) {
  DamagedFile {
    deletes = List.copyOf(deletes);
  }

  String fileName() {
    return location.substring(location.lastIndexOf('/') + 1);
  }
}
