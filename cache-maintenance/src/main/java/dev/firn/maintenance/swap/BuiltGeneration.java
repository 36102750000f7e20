package dev.firn.maintenance.swap;

import dev.firn.core.generation.GenerationBuilder;
import dev.firn.core.generation.GenerationProof;
import dev.firn.core.layout.GenerationName;
import java.util.Map;

/**
 * A new generation, whole, durable and proved, that nobody can see yet.
 *
 * @param builder where it is and where it goes by one rename
 * @param proof rows in, out and dropped; what it was made from
 * @param carried new location of each file that went over as it is, by its old one
 * @param bytes of all its data files
 * @param bytesWritten of those that were written, not linked
 */
record BuiltGeneration(
    GenerationName name,
    GenerationBuilder builder,
    GenerationProof proof,
    long dataFiles,
    long filesRewritten,
    Map<String, String> carried,
    long bytes,
    long bytesWritten) {
  BuiltGeneration {
    carried = Map.copyOf(carried);
  }
}
