package dev.firn.cli.duckdb;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Loads the driver's classes from its jar, apart from the program's own. The driver unpacks its
 * native library from the jar on every start if it finds it there as a resource, else it asks for a
 * library by name: here the resource is hidden and the name answered with a file.
 */
final class DriverClasses extends URLClassLoader {
  private static final String LIBRARY = "duckdb_java";

  private final Path library;

  DriverClasses(URL jar, Path library) {
    super("duckdb", new URL[] {jar}, ClassLoader.getPlatformClassLoader());
    this.library = library;
  }

  @Override
  public @Nullable URL getResource(String name) {
    return name.startsWith("lib" + LIBRARY) ? null : super.getResource(name);
  }

  @Override
  protected @Nullable String findLibrary(String name) {
    return name.equals(LIBRARY) ? library.toString() : null;
  }
}
