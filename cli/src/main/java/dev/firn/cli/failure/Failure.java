package dev.firn.cli.failure;

import dev.firn.core.CacheException;
import dev.firn.core.CacheException.CommitConflict;
import dev.firn.core.CacheException.CommitStateUnknown;
import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.CacheException.GenerationRemoved;
import dev.firn.core.CacheException.LeaseUnavailable;
import dev.firn.core.CacheException.UnsupportedFileSystem;
import dev.firn.core.CacheException.UnsupportedFormat;
import dev.firn.core.append.ReusedIdException;
import dev.firn.core.condition.InvalidConditionException;
import dev.firn.core.rows.SchemaConflictException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/**
 * An exception as the user meets it. The one place that gives exceptions their exit codes.
 *
 * @param message what happened and what to do, without a stack trace; empty to stay silent
 * @param bug true if it is ours, so that {@code -v} shows where it was thrown
 */
public record Failure(ExitCode exitCode, String message, boolean bug) {

  public static Failure of(Throwable error) {
    Throwable thrown = error;
    while (thrown instanceof UncheckedIOException && thrown.getCause() != null) {
      thrown = thrown.getCause();
    }
    if (thrown instanceof UsageException
        || thrown instanceof InvalidConditionException
        || thrown instanceof SchemaConflictException) {
      return new Failure(ExitCode.USAGE, text(thrown), false);
    }
    if (thrown instanceof OutputClosedException) {
      return new Failure(ExitCode.DONE, "", false);
    }
    if (thrown instanceof InterruptedAnswerException) {
      return new Failure(ExitCode.INCOMPLETE, text(thrown), false);
    }
    if (thrown instanceof CacheException cache) {
      return ofCache(cache);
    }
    if (thrown instanceof ReusedIdException) {
      return new Failure(ExitCode.USAGE, text(thrown) + "; name it with another --key", false);
    }
    if (thrown instanceof IOException io) {
      return new Failure(ExitCode.DISK, ofDisk(io), false);
    }
    if (thrown instanceof OutOfMemoryError) {
      return new Failure(
          ExitCode.INCOMPLETE,
          "out of memory (" + text(thrown) + "); give Java more: FIRN_JAVA_OPTS=-Xmx2g",
          false);
    }
    return new Failure(
        ExitCode.INCOMPLETE, "internal error: " + thrown + "; please report; -v shows where", true);
  }

  private static Failure ofCache(CacheException error) {
    if (error instanceof Corrupt) {
      return new Failure(
          ExitCode.UNREADABLE,
          text(error) + "; nothing was changed there, \"firn query status\" says more",
          false);
    }
    if (error instanceof UnsupportedFormat) {
      return new Failure(
          ExitCode.UNREADABLE,
          text(error) + "; nothing was changed there, a newer firn may read it",
          false);
    }
    if (error instanceof UnsupportedFileSystem) {
      return new Failure(
          ExitCode.USAGE,
          text(error) + "; keep the cache on a local disk, with --root or $FIRN_ROOT",
          false);
    }
    if (error instanceof GenerationRemoved) {
      return new Failure(ExitCode.UNREADABLE, text(error) + "; run the command again", false);
    }
    if (error instanceof LeaseUnavailable) {
      return new Failure(ExitCode.HELD, text(error) + "; try again when that has ended", false);
    }
    if (error instanceof CommitConflict) {
      return new Failure(ExitCode.INCOMPLETE, text(error) + "; run the command again", false);
    }
    if (error instanceof CommitStateUnknown) {
      return new Failure(
          ExitCode.INCOMPLETE,
          text(error) + "; it may have happened: \"firn query status\" shows what is live",
          false);
    }
    throw new AssertionError(error);
  }

  private static String ofDisk(IOException error) {
    if (error instanceof BindException) {
      return text(error) + "; end the program that has it, or name another address";
    }
    if (error instanceof AccessDeniedException denied) {
      return denied.getFile() + ": permission denied; run as the owner, or change who may";
    }
    if (error instanceof NoSuchFileException missing) {
      return missing.getFile()
          + ": no such file or directory; if somebody has just removed it, run the command again";
    }
    if (error instanceof FileSystemException failed && failed.getFile() != null) {
      String reason = failed.getReason() == null ? failed.toString() : failed.getReason();
      return failed.getFile() + ": " + reason + advice(reason);
    }
    return "the disk refused: " + text(error) + advice(text(error));
  }

  private static String advice(@Nullable String reason) {
    if (reason == null) {
      return "";
    }
    if (reason.contains("No space left") || reason.contains("quota exceeded")) {
      return "; free some space and run the command again";
    }
    if (reason.contains("Too many open files")) {
      return "; allow more with \"ulimit -n\" and run the command again";
    }
    if (reason.contains("Read-only file system")) {
      return "; name another place, or mount it for writing";
    }
    return reason.contains("Input/output error")
        ? "; see the system's log, then run \"firn query verify --full\""
        : "";
  }

  private static String text(Throwable error) {
    return error.getMessage() == null ? error.toString() : error.getMessage();
  }
}
