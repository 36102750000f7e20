package dev.firn.maintenance.rewrite;

import org.jspecify.annotations.Nullable;

/**
 * Where the triplets of one output column come from in inputs of one schema.
 *
 * <p>Three forms. The column is there: {@code source} is its leaf and every entry is mapped. The
 * column is missing but a group that encloses it is there: {@code source} is another leaf of that
 * group, a donor, whose levels say how often and how deeply the group is defined; entries that
 * repeat below the group are left out. Nothing of it is there: {@code source} is -1, one entry a
 * row.
 *
 * @param source the number of the leaf in the input, or -1
 * @param maxRepetition entries of the source with a higher repetition level are left out
 * @param definitionLevels the output's definition level for each of the source's; {@link #REFUSED}
 *     where it is null and the output must not be. One element if there is no source
 * @param conversion what becomes of the values of a source that is no donor
 * @param constant the value of entries with the output's full definition level, if the source does
 *     not give it
 */
@SuppressWarnings("ArrayRecordComponent")
record LeafMapping(
    int source,
    int maxRepetition,
    int[] definitionLevels,
    ValueConversion conversion,
    boolean donor,
    @Nullable Constant constant) {
  static final int REFUSED = -1;

  /** Whether values, not only levels, are taken from the source. */
  boolean takesValues() {
    return source >= 0 && !donor;
  }
}
