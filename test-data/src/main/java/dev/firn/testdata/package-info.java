/** Real cache directories written by another program, for tests. */
@NullMarked
package dev.firn.testdata;

import org.jspecify.annotations.NullMarked;
