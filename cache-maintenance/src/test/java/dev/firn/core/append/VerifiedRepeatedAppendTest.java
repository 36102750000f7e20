package dev.firn.core.append;

import dev.firn.maintenance.verify.VerifiedAtTheEnd;

/** The tests of repeated appends once more, with a check of the caches that they leave. */
@VerifiedAtTheEnd
class VerifiedRepeatedAppendTest extends RepeatedAppendTest {}
