package dev.firn.cli.query;

import dev.firn.cli.config.Config;
import dev.firn.cli.session.Session;

/** Says that a configured retention has no effect yet, so that nobody relies on it. */
final class RetentionNote {

  private RetentionNote() {}

  static void printIfConfigured(Session session, Config config) {
    if (config.retentionConfigured()) {
      session.note("retention is configured, but this version drops no rows");
    }
  }
}
