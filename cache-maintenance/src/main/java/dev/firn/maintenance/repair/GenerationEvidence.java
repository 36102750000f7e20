package dev.firn.maintenance.repair;

import dev.firn.core.generation.GenerationProof;
import dev.firn.core.layout.GenerationName;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What one generation shows of itself, without the word of any cursor.
 *
 * @param retired it carries {@code .retired}
 * @param condition whether it can be read
 * @param trouble why it cannot; empty if it can
 * @param proof what it says of its making, if Firn rewrote it from another
 * @param asProved it holds no more than it was proved to hold when it was made
 * @param created Firn made it as the first of its partition
 * @param uuid the table's id
 * @param metadataFile the newest
 * @param unpublished files landed in it that are in no snapshot
 * @param rows live rows, if they can be counted
 * @param newest when it was last committed to
 */
record GenerationEvidence(
    GenerationName name,
    boolean retired,
    Condition condition,
    String trouble,
    Optional<GenerationProof> proof,
    boolean asProved,
    boolean created,
    String uuid,
    String metadataFile,
    boolean unpublished,
    OptionalLong rows,
    Instant newest) {

  /** Whether a generation can be read. */
  enum Condition {
    /** From its newest metadata to the last manifest. */
    READABLE,
    /** Nothing was ever committed to it, and nothing landed in it: no row is in it. */
    EMPTY,
    DAMAGED
  }

  boolean isReadable() {
    return condition == Condition.READABLE;
  }

  /** True if it is a rewrite that nobody has added to since. */
  boolean isUnchangedRewrite() {
    return proof.isPresent() && asProved;
  }

  /** True if {@code rewrite} was made from this one as it is now: nothing came to it since. */
  boolean isAsLeftBy(GenerationProof rewrite) {
    return metadataFile.equals(rewrite.parentMetadata()) && !unpublished;
  }

  /** True if {@code rewrite} was made from this one, early or late. */
  boolean isParentIn(GenerationProof rewrite) {
    return name.equals(rewrite.parent()) && uuid.equals(rewrite.parentUuid());
  }
}
