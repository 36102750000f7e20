/**
 * What to rewrite and why, decided on sizes and counts alone: values in, a plan or a named skip
 * out.
 */
@NullMarked
package dev.firn.maintenance.plan;

import org.jspecify.annotations.NullMarked;
