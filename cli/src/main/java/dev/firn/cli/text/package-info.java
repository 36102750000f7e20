/** How numbers, times and tables are written for people, and read from them. */
@NullMarked
package dev.firn.cli.text;

import org.jspecify.annotations.NullMarked;
