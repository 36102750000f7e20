package dev.firn.cli.backup;

import dev.firn.cli.failure.ExitCode;
import dev.firn.cli.failure.UsageException;
import dev.firn.cli.session.Environment;
import dev.firn.cli.session.PartitionProgress;
import dev.firn.cli.session.Session;
import dev.firn.maintenance.backup.BackupReport;
import dev.firn.maintenance.backup.CacheBackup;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.verify.Severity;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes a copy of the cache. */
@Command(
    name = "backup",
    header = "Make a consistent copy of the cache, and verify it.",
    description = {
      "",
      "The copy is a cache itself, as of the time when the command began: published and unpublished"
          + " rows, what is held, the configuration in the root. Files that never change are linked"
          + " where DIR is on the same disk, and take no room; --copy makes a copy that damage of"
          + " the disk does not share. Works beside running writers and passes. Superseded"
          + " generations are left out. DIR must not exist yet, or be empty."
    },
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n")
public final class BackupCommand implements Callable<Integer> {
  private final Session session;

  @Option(names = "--to", paramLabel = "DIR", required = true, description = "Where to.")
  @Nullable Path to;

  @Option(names = "--copy", description = "Copy the bytes of every file, and link none.")
  boolean copy;

  @Option(
      names = "--full",
      description = "Verify every page of the copy, not only that it is whole.")
  boolean full;

  public BackupCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    if (to == null) {
      throw new AssertionError("the option is required");
    }
    MaintenanceConfig config = session.config().maintenance();
    if (!session.rootExists()) {
      throw new UsageException(session.noCacheYet());
    }
    Environment environment = session.environment();
    PartitionProgress progress = new PartitionProgress(session.progress());
    BackupReport report;
    try {
      report =
          new CacheBackup(session.disk(), session.cache(), config, environment.clock(), "backup")
              .run(to, copy, full, progress);
    } catch (FileAlreadyExistsException e) {
      throw new UsageException(e.getFile() + " " + e.getReason() + "; name a new directory");
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    } finally {
      progress.clear();
    }
    if (session.json()) {
      session.document(json -> BackupJson.write(json, session.root().toString(), report));
    } else {
      for (String line : BackupText.lines(report)) {
        session.print(line);
      }
    }
    return exitCode(report).code();
  }

  private static ExitCode exitCode(BackupReport report) {
    ExitCode code = ExitCode.DONE;
    if (report.verified().diskRefused()) {
      code = code.or(ExitCode.DISK);
    }
    if (report.unreadable() > 0) {
      code = code.or(ExitCode.UNREADABLE);
    }
    if (report.verified().count(Severity.DAMAGE) > 0) {
      code = code.or(ExitCode.INCOMPLETE);
    }
    return code;
  }
}
