package dev.firn.core.append;

/**
 * What was answered to an exchange that came with an id of its caller.
 *
 * @param id the exchange's
 * @param where the landed file, below the root
 * @param atMillis when it landed, in milliseconds since 1970
 */
record GivenReceipt(ExchangeId id, int rows, long rescuedValues, String where, long atMillis) {}
