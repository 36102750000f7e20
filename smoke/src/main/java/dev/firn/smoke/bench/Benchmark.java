package dev.firn.smoke.bench;

/** Measures Firn beside a peer. */
@FunctionalInterface
interface Benchmark {
  Outcome run(Setting setting) throws Exception;
}
