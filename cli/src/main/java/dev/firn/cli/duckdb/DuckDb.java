package dev.firn.cli.duckdb;

import dev.firn.core.disk.LocalDisk;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;

/**
 * Opens databases in memory. The driver is loaded with the first one, once a process: its jar and
 * its native library of 60 MB are on no other command's path.
 */
public final class DuckDb {
  private static final String DRIVER = "org.duckdb.DuckDBDriver";
  private static @Nullable Driver driver;

  private DuckDb() {}

  /**
   * A new database that streams its results.
   *
   * @param home where the native library is kept unpacked
   * @param spill directory for what does not fit into the memory; may be absent
   */
  public static Connection open(Path home, Limits limits, Path spill) throws IOException {
    Properties properties = new Properties();
    properties.setProperty("jdbc_stream_results", "true");
    properties.setProperty("memory_limit", limits.memoryBytes() / 1024 + "KiB");
    properties.setProperty("threads", String.valueOf(limits.threads()));
    properties.setProperty("temp_directory", spill.toString());
    // A database is there for one query, which reads a file once: keeping it costs a fifth.
    properties.setProperty("enable_external_file_cache", "false");
    properties.setProperty("autoinstall_known_extensions", "false");
    properties.setProperty("autoload_known_extensions", "false");
    properties.setProperty("allow_community_extensions", "false");
    properties.setProperty("allow_persistent_secrets", "false");
    try {
      Connection connection = driver(home).connect("jdbc:duckdb:", properties);
      if (connection == null) {
        throw new AssertionError(DRIVER + " takes no jdbc:duckdb:");
      }
      return connection;
    } catch (SQLException e) {
      throw new IOException("DuckDB does not start: " + e.getMessage(), e);
    }
  }

  /** What a query may take. */
  public record Limits(long memoryBytes, int threads) {}

  private static synchronized Driver driver(Path home) throws IOException {
    Driver known = driver;
    if (known == null) {
      known = load(home);
      driver = known;
    }
    return known;
  }

  private static Driver load(Path home) throws IOException {
    ClassLoader own = DuckDb.class.getClassLoader();
    URL type = own.getResource(DRIVER.replace('.', '/') + ".class");
    if (type == null) {
      throw new IOException("DuckDB's driver is not beside Firn: is lib/duckdb_jdbc-*.jar there?");
    }
    try {
      ClassLoader classes = own;
      if (type.openConnection() instanceof JarURLConnection jar) {
        Optional<Path> library = unpacked(jar, home);
        if (library.isPresent()) {
          classes = new DriverClasses(jar.getJarFileURL(), library.get());
        }
      }
      return (Driver) Class.forName(DRIVER, true, classes).getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException | LinkageError e) {
      throw new IOException("DuckDB does not load: " + e, e);
    }
  }

  /** Empty if it cannot be kept: then the driver unpacks it for this process alone. */
  private static Optional<Path> unpacked(JarURLConnection jar, Path home) {
    jar.setUseCaches(false); // closing a shared one would close it for others
    try (JarFile file = jar.getJarFile()) {
      return new NativeLibrary(new LocalDisk()).find(file, home);
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
