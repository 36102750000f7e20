/** What a pass did, as values. */
@NullMarked
package dev.firn.maintenance.report;

import org.jspecify.annotations.NullMarked;
