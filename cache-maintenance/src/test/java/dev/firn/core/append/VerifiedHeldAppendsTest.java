package dev.firn.core.append;

import dev.firn.maintenance.verify.DamagesCaches;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import org.junit.jupiter.api.Test;

/** The tests of held exchanges once more, with a check of the caches that they leave. */
@VerifiedAtTheEnd
class VerifiedHeldAppendsTest extends HeldAppendsTest {
  @Override
  @Test
  @DamagesCaches
  void heldFileThatIsDamagedStaysAndStopsNeitherAppendsNorTheOthers() throws Exception {
    super.heldFileThatIsDamagedStaysAndStopsNeitherAppendsNorTheOthers();
  }
}
