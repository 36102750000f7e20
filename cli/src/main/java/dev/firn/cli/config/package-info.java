/** The configuration file: read, checked as a whole, and turned into what the code uses. */
@NullMarked
package dev.firn.cli.config;

import org.jspecify.annotations.NullMarked;
