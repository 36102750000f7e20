/** Appending: landing rows durably, publishing them, and holding them where they cannot land. */
@NullMarked
package dev.firn.core.append;

import org.jspecify.annotations.NullMarked;
