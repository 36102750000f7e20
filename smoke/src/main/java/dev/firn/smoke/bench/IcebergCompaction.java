package dev.firn.smoke.bench;

import dev.firn.core.disk.LocalDisk;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.smoke.shape.FieldPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;

/** The same rows through Iceberg's generic reader and writer, zstd as Iceberg does by default. */
final class IcebergCompaction implements Job {
  private final Path source;
  private final Path output;

  IcebergCompaction(Path source, Path work) {
    this.source = source;
    this.output = work.resolve("iceberg.parquet");
  }

  @Override
  public Map<String, Double> round() throws Exception {
    Files.deleteIfExists(output);
    Map<String, Double> figures = Timed.run(this::rewrite);
    figures.put(FirnCompaction.BYTES, (double) Files.size(output));
    Files.delete(output);
    return figures;
  }

  private void rewrite() throws IOException {
    if (!(new PartitionInspector(new LocalDisk()).inspect(FieldPartition.partition(source))
        instanceof Live live)) {
      throw new IOException("no live generation in " + source);
    }
    Table table = live.generation().table();
    DataWriter<Record> writer =
        Parquet.writeData(org.apache.iceberg.Files.localOutput(output.toFile()))
            .schema(table.schema())
            .createWriterFunc(GenericParquetWriter::create)
            .withSpec(PartitionSpec.unpartitioned())
            .build();
    try (writer;
        CloseableIterable<Record> rows = IcebergGenerics.read(table).build()) {
      rows.forEach(writer::write);
    }
  }
}
