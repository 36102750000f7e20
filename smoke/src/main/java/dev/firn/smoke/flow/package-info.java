/**
 * Flows: what people do with a cache, step by step, through the packaged command, each step
 * checked.
 */
@NullMarked
package dev.firn.smoke.flow;

import org.jspecify.annotations.NullMarked;
