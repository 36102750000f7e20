package dev.firn.maintenance.reconcile;

import dev.firn.core.disk.FileStat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Manifests, manifest lists and files of statistics of a live generation that no version of its
 * metadata leads to.
 *
 * @param versions names of the metadata files by which that was decided
 * @param removable by file name, those whose grace is over
 * @param isWaiting whether there are others, whose grace is not over
 * @param doubt why nothing is removable although something may be; empty if there is no doubt
 */
record StrayMetadata(
    Set<String> versions,
    Map<String, FileStat> removable,
    boolean isWaiting,
    Optional<String> doubt) {
  static final StrayMetadata NONE = new StrayMetadata(Set.of(), Map.of(), false, Optional.empty());

  StrayMetadata {
    versions = Set.copyOf(versions);
    removable = new TreeMap<>(removable);
  }
}
