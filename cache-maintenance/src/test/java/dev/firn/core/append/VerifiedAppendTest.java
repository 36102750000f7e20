package dev.firn.core.append;

import dev.firn.maintenance.verify.DamagesCaches;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import org.junit.jupiter.api.Test;

/** The tests of appends once more, with a check of the caches that they leave. */
@VerifiedAtTheEnd
class VerifiedAppendTest extends AppendTest {
  @Override
  @Test
  @DamagesCaches
  void gapInTheNumbersOfPublishedFilesHidesNothingFromAReaderWhileFilesLand() throws Exception {
    super.gapInTheNumbersOfPublishedFilesHidesNothingFromAReaderWhileFilesLand();
  }

  @Override
  @Test
  @DamagesCaches
  void whatLandsAfterAnotherEngineRemovedPublishedFilesIsStillRead() throws Exception {
    super.whatLandsAfterAnotherEngineRemovedPublishedFilesIsStillRead();
  }
}
