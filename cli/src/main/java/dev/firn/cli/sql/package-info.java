/** Datasets as tables of an SQL engine, and its answers as text. */
@NullMarked
package dev.firn.cli.sql;

import org.jspecify.annotations.NullMarked;
