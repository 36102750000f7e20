/** What steers maintenance, as an operator configured it. */
@NullMarked
package dev.firn.maintenance.config;

import org.jspecify.annotations.NullMarked;
