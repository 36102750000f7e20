package dev.firn.core.append;

import dev.firn.core.CacheException.CommitStateUnknown;
import dev.firn.core.rows.JsonExchange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of exchanges that were appended one behind the other.
 *
 * @param receipts of those before the first that failed, in their order
 * @param failure of the first that did, as {@link CacheWriter#append(JsonExchange)} throws it; null
 *     if none did. After a {@link CommitStateUnknown} those behind it may have landed too; after
 *     anything else they have not
 */
public record Appended(List<Receipt> receipts, @Nullable Throwable failure) {
  public Appended {
    receipts = List.copyOf(receipts);
  }

  /** Of exchanges that are all done. */
  static Appended of(List<Pending> done) {
    List<Receipt> receipts = new ArrayList<>();
    for (Pending pending : done) {
      Receipt receipt = pending.receipt;
      if (receipt == null) {
        return new Appended(receipts, pending.problem());
      }
      receipts.add(receipt);
    }
    return new Appended(receipts, null);
  }
}
