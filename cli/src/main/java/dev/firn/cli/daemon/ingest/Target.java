package dev.firn.cli.daemon.ingest;

import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Names;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

/**
 * Where a request appends to.
 *
 * @param source what the producer calls itself: the value of the key {@code source}, or the whole
 *     partition where it has none
 */
record Target(String dataset, Map<String, String> keys, String source) {
  private static final String SOURCE = "source";
  private static final String PARTITION = "partition";
  private static final String DEFAULT_SOURCE = "default";
  private static final Set<String> KNOWN = Set.of(SOURCE, PARTITION);

  /**
   * From {@code /v1/datasets/<dataset>/append?source=<source>} or {@code ?partition=k=v/k=v}.
   *
   * @throws IllegalArgumentException if it names nothing below the root
   */
  static Target of(Request request) {
    String dataset = Names.requireDataset(Request.getPathInContext(request).split("/", -1)[3]);
    if (dataset.equals(CacheDirectory.JOURNAL_DATASET)) {
      throw new IllegalArgumentException(
          "dataset \"" + dataset + "\" says what maintenance did; name another one");
    }
    Fields query = Request.extractQueryParameters(request);
    for (String name : query.getNames()) {
      if (!KNOWN.contains(name)) {
        throw new IllegalArgumentException(
            "parameter \"" + name + "\" is not known; expected source or partition");
      }
      if (query.getValues(name).size() > 1) {
        throw new IllegalArgumentException("parameter \"" + name + "\" is there twice");
      }
    }
    @Nullable String source = query.getValue(SOURCE);
    @Nullable String partition = query.getValue(PARTITION);
    if (partition != null) {
      if (source != null) {
        throw new IllegalArgumentException("expected source or partition, found both");
      }
      Map<String, String> keys = Names.parseKeys(partition);
      return new Target(dataset, keys, keys.getOrDefault(SOURCE, partition));
    }
    String name = source == null ? DEFAULT_SOURCE : source;
    Map<String, String> keys = Map.of(SOURCE, name);
    if (!Names.parseKeys(SOURCE + "=" + name).equals(keys)) {
      throw new IllegalArgumentException("source \"" + name + "\" holds a slash");
    }
    return new Target(dataset, keys, name);
  }
}
