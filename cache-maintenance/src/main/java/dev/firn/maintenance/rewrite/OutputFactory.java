package dev.firn.maintenance.rewrite;

import java.io.IOException;

/** Names a fresh output file each time a rewrite needs one. */
@FunctionalInterface
public interface OutputFactory {
  RewriteOutput create() throws IOException;
}
