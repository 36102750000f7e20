package dev.firn.core.read;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.iceberg.data.BaseDeleteLoader;
import org.apache.iceberg.io.FileIO;

/**
 * Loads deletion vectors and position deletes, in the caller's thread. The positions of a delete
 * file that goes for a whole partition tuple are kept for its other data files: a byte or two each,
 * up to a limit beyond which all that is kept is forgotten.
 */
final class PositionDeletes extends BaseDeleteLoader {
  private final long maxBytes;
  private final Map<String, Object> kept = new HashMap<>();
  private long keptBytes;

  PositionDeletes(FileIO io, long maxBytes) {
    super(delete -> io.newInputFile(delete.location()), null);
    this.maxBytes = maxBytes;
  }

  @Override
  protected boolean canCache(long sizeBytes) {
    return sizeBytes <= maxBytes;
  }

  @Override
  @SuppressWarnings("unchecked")
  protected <V> V getOrLoad(String location, Supplier<V> loader, long sizeBytes) {
    Object known = kept.get(location);
    if (known != null) {
      return (V) known;
    }
    V loaded = loader.get();
    if (keptBytes + sizeBytes > maxBytes) {
      kept.clear();
      keptBytes = 0;
    }
    kept.put(location, loaded);
    keptBytes += sizeBytes;
    return loaded;
  }
}
