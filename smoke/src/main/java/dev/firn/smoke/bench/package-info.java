/**
 * Benchmarks of Firn beside its peers.
 *
 * <p>Every engine runs in a process of its own ({@link JobMain}) that stays for all rounds; the
 * engines take turns on the same input, so that what else the machine does hits all of them. What
 * counts is the ratio of the medians in one run.
 */
@NullMarked
package dev.firn.smoke.bench;

import org.jspecify.annotations.NullMarked;
