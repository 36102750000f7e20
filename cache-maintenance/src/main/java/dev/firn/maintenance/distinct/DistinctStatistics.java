package dev.firn.maintenance.distinct;

import dev.firn.core.disk.Disk;
import dev.firn.core.generation.SnapshotStatistics;
import dev.firn.core.layout.SettledName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.GenericBlobMetadata;
import org.apache.iceberg.GenericStatisticsFile;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.puffin.Blob;
import org.apache.iceberg.puffin.Puffin;
import org.apache.iceberg.puffin.PuffinWriter;
import org.apache.iceberg.puffin.StandardBlobTypes;
import org.apache.iceberg.types.Types;

/**
 * The distinct counts of a new generation, as Iceberg keeps them: a Puffin file with a theta sketch
 * for each column, which the table's metadata names together with the estimates. They are made of
 * the sketches in the data files alone ({@link FileSketches}), and told of all live rows or not at
 * all: if a data file has none (one that was appended and carried over, or another program's),
 * there are none of the table; if it has none of a column, none of that column. What is left out is
 * named.
 *
 * <p>Iceberg's statistics belong to one snapshot, here the generation's first. They go, entry and
 * file, when that expires. Memory: the sketches of the table and those of one file.
 */
public final class DistinctStatistics implements SnapshotStatistics {
  /** Of a table of more files they are not worth opening each. */
  private static final int MOST_FILES = 1000;

  private static final int MOST_NAMED = 8;
  private static final String CREATED_BY = "Firn";
  private static final String DISTINCT_COUNT = "ndv";

  private final Map<Integer, ThetaSketch> byField;
  private final String text;

  private DistinctStatistics(Map<Integer, ThetaSketch> byField, String text) {
    this.byField = byField;
    this.text = text;
  }

  /**
   * @param files all live data files of a table
   * @param bytes that they have in all
   */
  public static DistinctStatistics of(
      Disk disk, Schema schema, Collection<Path> files, long bytes) {
    if (files.isEmpty()) {
      return none("no rows");
    }
    if (files.size() > MOST_FILES) {
      return none(files.size() + " data files are more than " + MOST_FILES);
    }
    for (Path file : files) {
      if (!SettledName.isRewritten(String.valueOf(file.getFileName()))) {
        return none("data file " + file.getFileName() + " was never rewritten");
      }
    }
    Map<Types.NestedField, ThetaSketch> byColumn = new LinkedHashMap<>();
    List<String> leftOut = new ArrayList<>();
    for (Types.NestedField column : schema.columns()) {
      if (column.type().isPrimitiveType()) {
        byColumn.put(column, new ThetaSketch());
      } else {
        leftOut.add(column.name() + " (nested)");
      }
    }
    for (Path file : files) {
      Optional<FileSketches> found = FileSketches.read(disk, file);
      if (found.isEmpty()) {
        return none("data file " + file.getFileName() + " has none");
      }
      byColumn
          .entrySet()
          .removeIf(
              column -> {
                boolean added = add(column.getKey(), column.getValue(), found.get());
                if (!added) {
                  leftOut.add(column.getKey().name() + " (not in every data file)");
                }
                return !added;
              });
    }
    Map<Integer, ThetaSketch> byField = new LinkedHashMap<>();
    byColumn.forEach((column, sketch) -> byField.put(column.fieldId(), sketch));
    FileSketches.fit(byField.values(), bytes);
    return new DistinctStatistics(byField, byField.size() + " columns" + leftOut(leftOut));
  }

  /** False if a file has no sketch of a column, as it is now. */
  private static boolean add(Types.NestedField column, ThetaSketch sketch, FileSketches file) {
    Optional<ThetaSketch> found = file.find(column.fieldId(), column.type().toString());
    found.ifPresent(sketch::addAll);
    return found.isPresent();
  }

  /** Every version of the metadata repeats it. */
  private static String leftOut(List<String> columns) {
    if (columns.isEmpty()) {
      return "";
    }
    int more = columns.size() - MOST_NAMED;
    return "; left out: "
        + String.join(", ", columns.subList(0, Math.min(columns.size(), MOST_NAMED)))
        + (more > 0 ? " and " + more + " more" : "");
  }

  private static DistinctStatistics none(String why) {
    return new DistinctStatistics(Map.of(), "none: " + why);
  }

  @Override
  public String text() {
    return text;
  }

  @Override
  public Optional<StatisticsFile> write(OutputFile file, long snapshotId, long sequenceNumber)
      throws IOException {
    if (byField.isEmpty()) {
      return Optional.empty();
    }
    try (PuffinWriter writer = Puffin.write(file).createdBy(CREATED_BY).build()) {
      byField.forEach(
          (field, sketch) ->
              writer.write(
                  new Blob(
                      StandardBlobTypes.APACHE_DATASKETCHES_THETA_V1,
                      List.of(field),
                      snapshotId,
                      sequenceNumber,
                      ByteBuffer.wrap(sketch.format()),
                      null,
                      Map.of(DISTINCT_COUNT, Long.toString(sketch.estimate())))));
      writer.finish();
      return Optional.of(
          new GenericStatisticsFile(
              snapshotId,
              file.location(),
              writer.fileSize(),
              writer.footerSize(),
              writer.writtenBlobsMetadata().stream().map(GenericBlobMetadata::from).toList()));
    }
  }
}
