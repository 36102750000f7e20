package dev.firn.cli;

import dev.firn.cli.session.Environment;
import dev.firn.cli.session.RealMaintenance;
import dev.firn.core.disk.LocalDisk;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** The process that we are. */
final class RealEnvironment {

  private RealEnvironment() {}

  static Environment create() {
    boolean terminal = isTerminal(System.console());
    return new Environment(
        // Not System.out: a PrintStream swallows the error that says that nobody reads any more.
        new FileOutputStream(FileDescriptor.out),
        System.err,
        System.in,
        terminal,
        errIsTerminal(terminal) && !"dumb".equals(System.getenv("TERM")),
        System.getenv(),
        Path.of(System.getProperty("user.home", ".")),
        InstantSource.system(),
        new LocalDisk(),
        new RealMaintenance(),
        new ProcessSignals());
  }

  /** Java cannot tell; whoever starts it can, else the terminal of the others counts. */
  private static boolean errIsTerminal(boolean others) {
    String told = System.getProperty("firn.stderr", "");
    return told.isEmpty() ? others : told.equals("terminal");
  }

  /**
   * Up to Java 21 there is a console only if stdin and stdout are terminals; from 22 on there
   * always is one, and it knows.
   */
  private static boolean isTerminal(@Nullable Console console) {
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }
}
