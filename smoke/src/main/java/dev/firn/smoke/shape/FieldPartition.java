package dev.firn.smoke.shape;

import dev.firn.core.cursor.CursorCodec;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.GenerationBuilder;
import dev.firn.core.generation.SameThread;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.Layout;
import dev.firn.core.layout.Partition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;

/** A cache with one partition of the field's shape, one file an exchange, all committed. */
public final class FieldPartition {
  public static final String DATASET = "messages";
  private static final GenerationName NAME = new GenerationName(Layout.SOURCE_TABLE, 1);

  private FieldPartition() {}

  /** Where the data files of a cache that {@link #create} made are. */
  public static Path data(Path root) {
    return partition(root).generation(NAME).resolve("data");
  }

  public static Partition partition(Path root) {
    return new CacheDirectory(new LocalDisk(), root).partition(DATASET, Map.of("source", "claude"));
  }

  /** Makes the cache in a directory that must not be there. */
  public static void create(Path root, int exchanges) throws IOException {
    LocalDisk disk = new LocalDisk();
    Partition partition = partition(root);
    Files.createDirectories(partition.directory());
    FieldShape shape = new FieldShape();
    GenerationBuilder builder = GenerationBuilder.create(disk, partition, null, NAME);
    builder.commitEmpty(shape.schema());
    FieldFile files = new FieldFile(shape.columns(), shape.schema());
    IntStream.range(0, exchanges)
        .parallel()
        .forEach(
            i -> {
              try {
                files.write(builder.dataFile(fileName(i)), new FieldExchange(i), FieldShape.ROWS);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    Table table = builder.load().table();
    AppendFiles append =
        table
            .newFastAppend()
            .scanManifestsWith(SameThread.EXECUTOR)
            .writeManifestsWith(SameThread.EXECUTOR, 1);
    for (int i = 0; i < exchanges; i++) {
      append.appendFile(
          DataFiles.builder(PartitionSpec.unpartitioned())
              .withPath(builder.dataLocation(fileName(i)))
              .withFormat(FileFormat.PARQUET)
              .withFileSizeInBytes(Files.size(builder.dataFile(fileName(i))))
              .withRecordCount(FieldShape.ROWS)
              .build());
    }
    append.commit();
    Files.move(builder.building(), builder.target());
    Files.write(partition.cursorFile(), CursorCodec.formatFirst(NAME));
  }

  /**
   * The same partition as one of another dataset in a root that may be in use: it is there all at
   * once.
   *
   * @return its directory
   */
  public static Path copyAs(Path from, Path root, String dataset) throws IOException {
    Path staged = Files.createTempDirectory(root.getParent(), "staged");
    copy(from, staged);
    Path target = Files.createDirectories(root.resolve("datasets")).resolve(dataset);
    Files.move(staged.resolve("datasets").resolve(DATASET), target);
    return target.resolve("source=claude");
  }

  /** Whether what {@link #create} made has been superseded in this partition. */
  public static boolean isCompacted(Path partition) {
    return Files.exists(partition.resolve(NAME.format()).resolve(".retired"));
  }

  private static String fileName(int exchange) {
    return "exchange-%05d.parquet".formatted(exchange);
  }

  /** The same cache under another root; data files by hard link, since nobody changes them. */
  public static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Path copy = to.resolve(from.relativize(path));
        if (Files.isDirectory(path)) {
          Files.createDirectories(copy);
        } else if (Objects.requireNonNull(path.getFileName()).toString().endsWith(".parquet")) {
          Files.createLink(copy, path);
        } else {
          Files.copy(path, copy);
        }
      }
    }
  }
}
