package dev.firn.maintenance.rewrite;

import java.util.List;

/**
 * @param files in the order of their rows; empty if every row was dropped
 */
public record RewriteResult(List<RewrittenFile> files, RewriteProof proof) {
  public RewriteResult {
    files = List.copyOf(files);
  }
}
