package dev.firn.core.disk;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

  /**
   * For people, without names of classes where there is anything else to say. Java says of some
   * failures of a disk only the file's name, and some of its exceptions only carry another one.
   */
  public static String of(Throwable error) {
    if (error instanceof AccessDeniedException denied && denied.getReason() == null) {
      return denied.getFile() + ": permission denied";
    }
    if (error instanceof NoSuchFileException missing && missing.getReason() == null) {
      return missing.getFile() + ": no such file or directory";
    }
    String message = error.getMessage();
    Throwable cause = error.getCause();
    if (cause != null && isEnvelope(message, cause)) {
      return of(cause);
    }
    if (message != null) {
      return message;
    }
    return error instanceof EOFException
        ? "it ends too early"
        : "unexpected " + error.getClass().getSimpleName();
  }

  /** {@link #of}, for a sentence that begins with the file already. */
  public static String of(Throwable error, Path named) {
    String reason = of(error);
    String file = named + ": ";
    return reason.startsWith(file) ? reason.substring(file.length()) : reason;
  }

  /** True if an exception with this message says no more than its cause does. */
  private static boolean isEnvelope(@Nullable String message, Throwable cause) {
    return message == null
        || message.equals(cause.toString())
        || message.equals(cause.getMessage());
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
