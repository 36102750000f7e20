package dev.firn.core.append;

/**
 * The word that an exchange is on the disk and will be read exactly once.
 *
 * @param partition path of the partition below the root
 * @param exchangeId names the exchange
 * @param rows how many rows it has
 * @param rescuedValues how many of its values did not fit their columns and went into {@code
 *     _rescued}
 * @param where the landed file, or the held one, below the root
 * @param held true if the partition is in doubt: the rows wait outside it, and go in when it is
 *     mended
 */
public record Receipt(
    String partition,
    String exchangeId,
    int rows,
    long rescuedValues,
    String where,
    boolean held) {}
