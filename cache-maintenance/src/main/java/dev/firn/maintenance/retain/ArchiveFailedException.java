package dev.firn.maintenance.retain;

import dev.firn.core.disk.DiskReason;
import java.io.IOException;
import java.nio.file.Path;

/** Rows could not be archived. They are live as before, and are tried again in the next pass. */
public final class ArchiveFailedException extends IOException {
  ArchiveFailedException(Path directory, String why) {
    super("nothing is dropped, because rows cannot be archived in " + directory + ": " + why);
  }

  ArchiveFailedException(Path directory, Exception cause) {
    this(directory, DiskReason.of(cause));
    initCause(cause);
  }
}
