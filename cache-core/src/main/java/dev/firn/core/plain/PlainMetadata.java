package dev.firn.core.plain;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a status needs of the metadata of an unpartitioned, unsorted table of version 2 without
 * branches, tags, statistics of partitions or damaged files left out. Everything that Iceberg would
 * refuse is unusual, too, so that a document that is damaged is never taken for a table.
 *
 * @param published the highest number of a landed file that the snapshot takes into account
 * @param snapshots how many there are
 * @param manifestList location of the current snapshot's; null if there is no snapshot
 * @param specId of the one partition spec
 * @param timestampId of the column that says when what a row tells of happened, or {@link
 *     PlainManifests#NO_COLUMN}
 */
record PlainMetadata(
    long published, int snapshots, @Nullable String manifestList, int specId, int timestampId) {
  private static final Set<String> MEMBERS =
      Set.of(
          "format-version",
          "table-uuid",
          "location",
          "last-sequence-number",
          "last-updated-ms",
          "last-column-id",
          "current-schema-id",
          "schemas",
          "default-spec-id",
          "partition-specs",
          "last-partition-id",
          "default-sort-order-id",
          "sort-orders",
          "properties",
          "current-snapshot-id",
          "refs",
          "snapshots",
          "statistics",
          "partition-statistics",
          "snapshot-log",
          "metadata-log");
  private static final Set<String> OF_SNAPSHOT =
      Set.of(
          "sequence-number",
          "snapshot-id",
          "parent-snapshot-id",
          "timestamp-ms",
          "summary",
          "manifest-list",
          "schema-id");
  private static final Set<String> OF_STATISTICS =
      Set.of(
          "snapshot-id",
          "statistics-path",
          "file-size-in-bytes",
          "file-footer-size-in-bytes",
          "blob-metadata");
  private static final Set<String> OF_BLOB =
      Set.of("type", "snapshot-id", "sequence-number", "fields", "properties");
  private static final Set<String> OF_MAIN = Set.of("snapshot-id", "type");
  private static final Set<String> OF_SPEC = Set.of("spec-id", "fields");
  private static final Set<String> OF_ORDER = Set.of("order-id", "fields");

  /** Iceberg lets clocks of different writers differ by this much. */
  private static final long TOLERANCE_MILLIS = 60_000;

  private static final long NO_SNAPSHOT = -1;

  /**
   * @param times the columns of which the first counts that can be a time
   */
  static PlainMetadata parse(byte[] document, List<String> times)
      throws IOException, UnusualException {
    PlainJson table = PlainJson.parse(document);
    UnusualException.unless(table.names().equals(MEMBERS), "other members");
    UnusualException.unless(table.number("format-version") == 2, "another version");
    UnusualException.unless(!table.text("location").isEmpty(), "no location");
    table.text("table-uuid");
    table.small("last-column-id");
    table.small("last-partition-id");
    int timestampId = timestamp(table, times);
    int specId = specId(table);
    requireUnsorted(table);
    requireStatistics(table);
    UnusualException.unless(table.objects("partition-statistics").isEmpty(), "statistics");
    requireInOrder(table, "snapshot-log", "snapshot-id");
    requireInOrder(table, "metadata-log", "metadata-file");
    long published = published(table.object("properties"));
    long current = current(table);
    List<PlainJson> snapshots = table.objects("snapshots");
    String manifestList = manifestList(snapshots, current, table.number("last-sequence-number"));
    UnusualException.unless(
        (manifestList == null) == (current == NO_SNAPSHOT), "no current snapshot");
    return new PlainMetadata(published, snapshots.size(), manifestList, specId, timestampId);
  }

  /** Files of statistics, which tell planners something and a status nothing. */
  private static void requireStatistics(PlainJson table) throws UnusualException {
    for (PlainJson file : table.objects("statistics")) {
      file.requireOnly(OF_STATISTICS);
      file.number("snapshot-id");
      file.text("statistics-path");
      file.number("file-size-in-bytes");
      file.number("file-footer-size-in-bytes");
      for (PlainJson blob : file.objects("blob-metadata")) {
        blob.requireOnly(OF_BLOB);
        blob.text("type");
        blob.number("snapshot-id");
        blob.number("sequence-number");
        blob.requireSmalls("fields");
        if (blob.has("properties")) {
          blob.object("properties").requireTexts();
        }
      }
    }
  }

  /** In the current one of the schemas, all of which must be usual. */
  private static int timestamp(PlainJson table, List<String> times) throws UnusualException {
    int current = table.small("current-schema-id");
    int timestampId = PlainManifests.NO_COLUMN;
    Set<Integer> ids = new HashSet<>();
    for (PlainJson schema : table.objects("schemas")) {
      int id = PlainSchema.requireUsual(schema);
      UnusualException.unless(ids.add(id), "a schema's id");
      timestampId = id == current ? PlainSchema.timestamp(schema, times) : timestampId;
    }
    UnusualException.unless(ids.contains(current), "no current schema");
    return timestampId;
  }

  private static int specId(PlainJson table) throws UnusualException {
    List<PlainJson> specs = table.objects("partition-specs");
    UnusualException.unless(specs.size() == 1, "other partition specs");
    PlainJson spec = specs.get(0);
    spec.requireOnly(OF_SPEC);
    UnusualException.unless(spec.objects("fields").isEmpty(), "partitions");
    int id = spec.small("spec-id");
    UnusualException.unless(id == table.number("default-spec-id"), "no default spec");
    return id;
  }

  private static void requireUnsorted(PlainJson table) throws UnusualException {
    List<PlainJson> orders = table.objects("sort-orders");
    UnusualException.unless(orders.size() == 1, "other sort orders");
    PlainJson order = orders.get(0);
    order.requireOnly(OF_ORDER);
    UnusualException.unless(
        order.objects("fields").isEmpty()
            && order.number("order-id") == 0
            && table.number("default-sort-order-id") == 0,
        "a sort order");
  }

  /** A log of times, none of them much later than the next or than the last update. */
  private static void requireInOrder(PlainJson table, String log, String what)
      throws UnusualException {
    long last = Long.MIN_VALUE + TOLERANCE_MILLIS;
    for (PlainJson entry : table.objects(log)) {
      entry.requireOnly(Set.of("timestamp-ms", what));
      UnusualException.unless(entry.get(what) != null, what);
      long time = entry.number("timestamp-ms");
      UnusualException.unless(time >= 0 && time >= last - TOLERANCE_MILLIS, log);
      last = time;
    }
    UnusualException.unless(table.number("last-updated-ms") >= last - TOLERANCE_MILLIS, log);
  }

  private static long published(PlainJson properties) throws UnusualException {
    properties.requireTexts();
    UnusualException.unless(!properties.has("firn.quarantined"), "files left out");
    if (!properties.has("firn.published")) {
      return 0;
    }
    try {
      return Long.parseLong(properties.text("firn.published"));
    } catch (NumberFormatException e) {
      throw new UnusualException("firn.published");
    }
  }

  /** The current snapshot, to which the one branch leads, or {@link #NO_SNAPSHOT}. */
  private static long current(PlainJson table) throws UnusualException {
    PlainJson refs = table.object("refs");
    Object id = table.get("current-snapshot-id");
    if (id == null || id.equals(NO_SNAPSHOT)) {
      UnusualException.unless(refs.names().isEmpty(), "a branch");
      return NO_SNAPSHOT;
    }
    long current = table.number("current-snapshot-id");
    UnusualException.unless(refs.names().equals(Set.of("main")) && current >= 0, "other branches");
    PlainJson main = refs.object("main");
    main.requireOnly(OF_MAIN);
    UnusualException.unless(
        main.number("snapshot-id") == current && main.text("type").equals("branch"), "no branch");
    return current;
  }

  private static @Nullable String manifestList(
      List<PlainJson> snapshots, long current, long lastSequenceNumber) throws UnusualException {
    String found = null;
    Set<Long> ids = new HashSet<>();
    for (PlainJson snapshot : snapshots) {
      snapshot.requireOnly(OF_SNAPSHOT);
      String location = snapshot.text("manifest-list");
      long id = snapshot.number("snapshot-id");
      snapshot.number("timestamp-ms");
      snapshot.small("schema-id");
      PlainJson summary = snapshot.object("summary");
      summary.requireTexts();
      summary.text("operation");
      if (snapshot.has("parent-snapshot-id")) {
        snapshot.number("parent-snapshot-id");
      }
      UnusualException.unless(
          ids.add(id) && snapshot.number("sequence-number") <= lastSequenceNumber, "a snapshot");
      found = id == current ? location : found;
    }
    return found;
  }
}
