package dev.firn.core.disk;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/** Why a disk did not do what it was asked, and whether it is the disk at all that failed. */
public final class DiskReason {

  /** What channels throw without naming a file. */
  private static final List<String> REFUSALS =
      List.of(
          "No space left on device",
          "quota exceeded",
          "Input/output error",
          "Read-only file system",
          "Permission denied",
          "Operation not permitted",
          "Too many open files",
          "File too large");

  private DiskReason() {}

  /** For people. Java says of some failures of a disk only the file's name. */
  public static String of(Throwable error) {
    if (error instanceof AccessDeniedException denied && denied.getReason() == null) {
      return denied.getFile() + ": permission denied";
    }
    if (error instanceof NoSuchFileException missing && missing.getReason() == null) {
      return missing.getFile() + ": no such file or directory";
    }
    return error.getMessage() == null ? error.toString() : error.getMessage();
  }

  /**
   * True if the operating system refused something: the disk is full or fails, or it may not be
   * written. False where a file is missing, or holds something else than it should: that is damage.
   */
  public static boolean isRefusal(Throwable error) {
    for (Throwable e = error; e != null; e = e.getCause()) {
      if (e instanceof NoSuchFileException) {
        return false;
      }
      if (e instanceof FileSystemException
          || (e instanceof IOException && isOfTheSystem(String.valueOf(e.getMessage())))) {
        return true;
      }
    }
    return false;
  }

  /**
   * True if this process, or the machine, may open no more files: that says nothing of the file.
   */
  public static boolean isOfTooManyFiles(Throwable error) {
    for (Throwable e = error; e != null; e = e.getCause()) {
      if (e instanceof IOException
          && String.valueOf(e.getMessage()).contains("Too many open files")) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOfTheSystem(String message) {
    return REFUSALS.stream().anyMatch(message::contains);
  }
}
