package dev.firn.core.append;

import dev.firn.core.rows.DeclaredSchema;
import dev.firn.core.rows.OnMismatch;
import java.time.Duration;
import java.util.Map;
import org.apache.iceberg.Schema;

/**
 * How a cache is appended to.
 *
 * @param onMismatch by dataset: what happens to values that do not fit; others are rescued
 * @param snapshots which snapshots of a live generation stay
 * @param publishEvery how often landed files are published in the background; zero: only on {@code
 *     publish} and {@code close}
 * @param command what this process is, for those who find a lock held
 * @param schemas by dataset: what a new partition begins with, whatever its first rows are; those
 *     of others begin with what fits their first rows
 * @param declared by dataset: which columns its tables have, whatever rows bring and whoever made
 *     them; goes before {@code schemas}
 */
public record AppendOptions(
    Map<String, OnMismatch> onMismatch,
    SnapshotPolicy snapshots,
    Duration publishEvery,
    String command,
    Map<String, Schema> schemas,
    Map<String, DeclaredSchema> declared) {
  public AppendOptions {
    onMismatch = Map.copyOf(onMismatch);
    schemas = Map.copyOf(schemas);
    declared = Map.copyOf(declared);
  }

  public AppendOptions(
      Map<String, OnMismatch> onMismatch,
      SnapshotPolicy snapshots,
      Duration publishEvery,
      String command) {
    this(onMismatch, snapshots, publishEvery, command, Map.of(), Map.of());
  }

  /** The same, with the schemas of these datasets given. */
  public AppendOptions withSchemas(Map<String, Schema> given) {
    return new AppendOptions(onMismatch, snapshots, publishEvery, command, given, declared);
  }

  /** The same, with the columns of these datasets declared. */
  public AppendOptions withDeclared(Map<String, DeclaredSchema> columns) {
    return new AppendOptions(onMismatch, snapshots, publishEvery, command, schemas, columns);
  }

  public static AppendOptions defaults() {
    return new AppendOptions(
        Map.of(), SnapshotPolicy.defaults(), Duration.ofSeconds(2), "an embedded cache");
  }
}
