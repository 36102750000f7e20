/**
 * Conditions on rows: a small subset of SQL's WHERE, with SQL's logic of true, false and unknown.
 */
@NullMarked
package dev.firn.core.condition;

import org.jspecify.annotations.NullMarked;
