/** DuckDB, loaded when a query needs it, and nowhere else: everybody else knows only JDBC. */
@NullMarked
package dev.firn.cli.duckdb;

import org.jspecify.annotations.NullMarked;
