package dev.firn.cli.configure;

import dev.firn.cli.config.ExampleConfig;
import dev.firn.cli.failure.ExitCode;
import dev.firn.cli.failure.UsageException;
import dev.firn.cli.session.Session;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Writes a commented example. Never over a file that is there. */
@Command(
    name = "init",
    header = "Write a commented example, unless there is a configuration.",
    description = {
      "",
      "Every value in it is the default, so writing it changes nothing. Retention stands in a comment,"
          + " with 90 days: no row is dropped before somebody takes the comment away.",
      "The cache's directory is created if it is not there."
    },
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n")
public final class InitCommand implements Callable<Integer> {
  private final Session session;

  public InitCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    Path file = session.configFile();
    if (session.disk().stat(file).isPresent()) {
      throw exists(file);
    }
    Path directory = Objects.requireNonNull(file.getParent());
    boolean created = createDirectories(directory);
    try {
      DurableFiles.create(
          session.disk(), file, ExampleConfig.text().getBytes(StandardCharsets.UTF_8));
    } catch (FileAlreadyExistsException e) {
      throw exists(file);
    }
    if (session.json()) {
      session.document(
          json -> {
            json.writeStringField("file", file.toString());
            json.writeBooleanField("createdDirectory", created);
          });
    } else {
      if (created) {
        session.print("Created " + directory);
      }
      session.print("Wrote " + file);
    }
    return ExitCode.DONE.code();
  }

  private static UsageException exists(Path file) {
    return new UsageException(
        file + " is there already and stays as it is; \"firn config show\" prints what it says");
  }

  /** Creates a directory and what is missing above it, from the top; true if any was missing. */
  private boolean createDirectories(Path directory) throws IOException {
    Disk disk = session.disk();
    if (disk.stat(directory).isPresent()) {
      return false;
    }
    Path parent = Objects.requireNonNull(directory.getParent());
    createDirectories(parent);
    disk.createDirectory(directory);
    disk.syncDirectory(parent);
    return true;
  }
}
