/** What maintenance did, written down where every query can read it. */
@NullMarked
package dev.firn.maintenance.journal;

import org.jspecify.annotations.NullMarked;
