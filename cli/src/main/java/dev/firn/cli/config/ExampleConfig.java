package dev.firn.cli.config;

/** The file that {@code firn config init} writes: every default, with what it means. */
public final class ExampleConfig {

  private ExampleConfig() {}

  /** Valid, and without effect until somebody edits it: every value in it is the default. */
  public static String text() {
    return """
        // Firn's configuration: JSON, in which comments are allowed.
        // Whatever is left out has its default; every value here is one. "firn config show" prints
        // what is in effect, "firn config validate" checks this file.
        {
          "query": {
            "cache": {
              "maintenance": {
                // The daemon's ticks. "firn query maintain" by hand works in any case.
                "enabled": true,
                "interval_minutes": 60,
                // How long the daemon starts further partitions in one tick.
                "max_tick_ms": 30000,

                // A partition is compacted when it has this many small files more than the last
                // compaction left, and they are smaller than this on average.
                "compact_file_count": 32,
                "compact_avg_file_bytes": 33554432,

                // New files close at this size; one is small under three quarters of it.
                "target_file_bytes": 134217728,
                // The memory that a row group may take while it is made, compressed and with each
                // repeated value once; and the rows of a page, which are decoded at a time.
                "compact_batch_bytes": 67108864,
                "compact_batch_rows": 10000,

                // How a rewrite is proved before it goes live: "counts", or "content", which decodes
                // it again and compares every column.
                "prove": "counts",

                // Whether a rewrite estimates how many distinct values columns have, for engines that
                // plan queries by Iceberg's statistics.
                "distinct_counts": true,

                // What a pass does about cursors, metadata and version hints that are damaged: "off"
                // leaves them to "firn query repair", "provable" mends them where what is on the disk
                // proves how.
                "auto_repair": "off",

                // How long a superseded generation stays for its readers, and how long something
                // that never went live stays after its last change.
                "retired_grace_hours": 24,
                "orphan_grace_minutes": 60,
                "max_generations": 8,

                // Whether passes, repairs and restores write down what they did, in the dataset
                // firn_maintenance.
                "journal": true,

                // The newest snapshots of a table that stay, and when older ones go.
                "min_snapshots_to_keep": 10,
                "max_snapshot_age_hours": 24,

                // A rewrite that would leave less than this free on the disk does not start.
                "min_free_bytes": 1073741824
              }

              // What makes rows of a dataset the same, and which of them stays when a compaction
              // reads them together, "first" or "last" (all, where nothing is said); and what to do
              // with values that do not fit their columns: "rescue" keeps them in the column
              // _rescued, "reject" refuses the exchange.
              // , "datasets": {
              //   "jobs": { "key": "job_id", "dedupe": "last",
              //             "timestamp_column": "finished_at", "on_mismatch": "rescue" }
              // }

              // No row is dropped unless it says so here. Days, "keep", or an object: the days after
              // which a row goes, by its time column; the most rows and the most bytes of live files,
              // the oldest go first; rows that stay while a condition holds or is NULL (with a "key"
              // above, the newest row of a key decides); where rows are written before they go.
              // , "retention": {
              //   "default_days": 90,
              //   "datasets": {
              //     "logs": 7,
              //     "invoices": "keep",
              //     "jobs": { "days": 30, "max_rows": 100000, "max_bytes": 1073741824,
              //               "protect": "status IN ('running','pending')",
              //               "archive": "archive/jobs" }
              //   }
              // }
            },
            // What "firn query sql" may take; 0 threads are as many as there are processors.
            "sql": { "memory_bytes": 1073741824, "threads": 0 }
          },
          // Of "firn daemon". Any address but loopback needs a token_file that only its owner may
          // read; whoever calls must know what stands in it.
          "daemon": {
            "listen": "127.0.0.1:4790",

            // Bodies in memory at a time, and the largest one, as it comes and unpacked.
            "buffer_bytes": 67108864,
            "max_body_bytes": 16777216,
            "max_connections": 256,
            "idle_timeout_seconds": 30,

            // What one source may append on average; 0 for any number.
            "source_rows_per_second": 0,
            "source_bytes_per_second": 0,

            "log_bytes": 20971520
            // , "token_file": "/etc/firn/token"
          }
        }
        """;
  }
}
