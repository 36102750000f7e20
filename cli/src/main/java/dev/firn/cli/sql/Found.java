package dev.firn.cli.sql;

import dev.firn.core.partition.PartitionState;
import java.io.IOException;

/** Told how each partition is from which rows are wanted, readable or not. */
@FunctionalInterface
public interface Found {
  void partition(PartitionState state) throws IOException;
}
