package dev.firn.smoke.bench;

import java.io.Closeable;
import java.util.Map;

/** What one engine does in one round, in a process of its own. */
interface Job extends Closeable {

  /** Does it once; answers with figures by name. */
  Map<String, Double> round() throws Exception;

  @Override
  default void close() {}
}
