/**
 * Which rows a dataset has to keep no more: by age, by number, by bytes; and what protects a row.
 */
@NullMarked
package dev.firn.maintenance.retain;

import org.jspecify.annotations.NullMarked;
