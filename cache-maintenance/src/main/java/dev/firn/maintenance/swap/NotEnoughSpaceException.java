package dev.firn.maintenance.swap;

import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** A rewrite was not begun, because it would leave less free than is to be kept. */
public final class NotEnoughSpaceException extends FileSystemException {
  NotEnoughSpaceException(Path directory, long wantedBytes, long freeBytes, long minFreeBytes) {
    super(
        directory.toString(),
        null,
        "not enough space to rewrite "
            + wantedBytes
            + " bytes: "
            + freeBytes
            + " free, of which min_free_bytes keeps "
            + minFreeBytes);
  }
}
