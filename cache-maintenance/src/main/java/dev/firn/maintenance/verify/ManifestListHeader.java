package dev.firn.maintenance.verify;

import dev.firn.core.generation.GenerationFileIO;
import java.io.IOException;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.iceberg.Snapshot;

/** A manifest list says in its header which snapshot it belongs to. */
final class ManifestListHeader {
  private final GenerationFileIO io;

  ManifestListHeader(GenerationFileIO io) {
    this.io = io;
  }

  void check(Snapshot snapshot) throws IOException {
    try (DataFileStream<GenericRecord> stream =
        new DataFileStream<>(
            io.newInputFile(snapshot.manifestListLocation()).newStream(),
            new GenericDatumReader<>())) {
      check(stream, "snapshot-id", snapshot.snapshotId());
      check(stream, "sequence-number", snapshot.sequenceNumber());
    }
  }

  private static void check(DataFileStream<?> stream, String key, long expected)
      throws IOException {
    String found = stream.getMetaString(key);
    if (found != null && !found.equals(Long.toString(expected))) {
      throw new IOException(key + " " + found + ", the table's metadata says " + expected);
    }
  }
}
