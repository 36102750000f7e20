package dev.firn.maintenance.purge;

/**
 * What a purge is asked to do.
 *
 * @param apply remove; without it nothing is written
 * @param copies remove files in quarantine, and copies that repairs made, that hold other rows
 *     besides or cannot be read
 * @param archives take matching rows out of archives, too
 */
public record PurgeOptions(boolean apply, boolean copies, boolean archives) {}
