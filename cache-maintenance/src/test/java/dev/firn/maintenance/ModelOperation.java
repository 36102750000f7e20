package dev.firn.maintenance;

import dev.firn.core.disk.Disk;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Something that may make rows go or come, and what the model says of it.
 *
 * @param mayGo these may be gone when it was interrupted, or done
 * @param mustGo these are gone when it was done
 * @param mustCome these are live when it was done, and were not before
 * @param atomic interrupted, it is done or not begun
 * @param takesAppends rows may be appended meanwhile, and are there afterwards
 * @param interrupted what the model has to know then
 * @param resume is done when it was interrupted, before rows are looked at
 */
record ModelOperation(
    String what,
    Set<String> mayGo,
    Set<String> mustGo,
    Set<String> mustCome,
    boolean atomic,
    boolean takesAppends,
    Run run,
    ModelCache.Work interrupted,
    ModelCache.Work resume) {

  /** Does it. */
  interface Run {
    Done run(Disk disk) throws IOException;
  }

  /** What there is to check when it was done. */
  interface Done {
    /** It was refused: nothing may have happened. */
    Done REFUSED = (gone, found) -> {};

    void check(Set<String> gone, Set<String> found) throws IOException;
  }

  /**
   * Fails unless these rows may be live now.
   *
   * @param meanwhile appended while it ran
   * @param done null if it was interrupted
   */
  void require(Set<String> before, Set<String> found, Set<String> meanwhile, @Nullable Done done)
      throws IOException {
    Set<String> gone = new HashSet<>(before);
    gone.removeAll(found);
    Set<String> came = new HashSet<>(found);
    came.removeAll(before);
    if (!found.containsAll(meanwhile)) {
      throw new AssertionError(what + ": of " + meanwhile + " appended meanwhile some are lost");
    }
    came.removeAll(meanwhile);
    if (done == Done.REFUSED && !(gone.isEmpty() && came.isEmpty())) {
      throw new AssertionError(what + ": refused, but gone " + gone + ", came " + came);
    }
    Set<String> lost = new HashSet<>(gone);
    lost.removeAll(mayGo);
    Set<String> tooMany = new HashSet<>(came);
    tooMany.removeAll(mustCome);
    if (!lost.isEmpty() || !tooMany.isEmpty()) {
      throw new AssertionError(what + ": lost " + lost + ", too many " + tooMany);
    }
    boolean all = gone.containsAll(mustGo) && came.containsAll(mustCome);
    boolean nothing = gone.isEmpty() && came.isEmpty();
    if (done == null ? atomic && !all && !nothing : done != Done.REFUSED && !all) {
      throw new AssertionError(
          what + ": gone " + gone + " of " + mustGo + ", came " + came + " of " + mustCome);
    }
    if (done != null) {
      done.check(gone, found);
    }
  }
}
