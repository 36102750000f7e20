package dev.firn.smoke.flow;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What became of a flow.
 *
 * @param failure what was not as it has to be; empty if all was
 * @param directory where its caches are, if they were kept
 */
record FlowResult(
    Flow flow, long elapsedMillis, Optional<String> failure, Optional<Path> directory) {}
