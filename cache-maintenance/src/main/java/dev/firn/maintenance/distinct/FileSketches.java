package dev.firn.maintenance.distinct;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskInput;
import dev.firn.core.disk.ParquetInput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.format.converter.ParquetMetadataConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.jspecify.annotations.Nullable;

/**
 * Sketches of the columns of one data file, by field id. A rewrite puts them into the file that it
 * writes, between the last row group and the footer, where no reader looks unless the footer says
 * so: {@value #PROPERTY} there is {@code <offset>:<length>:<CRC-32C in hexadecimal>}. So they go
 * with the file through any number of links and copies and end with it, and a table's distinct
 * counts are had from those of its files without any row being read: exactly those of the files
 * that are live, whatever others have gone.
 *
 * <p>They are no part of the data: what is damaged here is as good as missing. On the disk they
 * take about a 64th of the file at most, or 8 KB if that is no more than a quarter of it; then the
 * smallest hashes stay. With 15 columns of many values a file of 32 MB keeps 4,096 of each, which
 * is right to 1.6 % (one standard deviation), one of 8 MB 1,024, right to 3 %, and a tiny one,
 * which is merged before long, 64, right to 13 %.
 */
public final class FileSketches {
  /** Key in the footer. */
  public static final String PROPERTY = "firn.distinct";

  /** Of the bytes that are described, sketches take one of so many. */
  private static final int SHARE = 64;

  /** Of small files they take more than their share, up to so much, but a quarter at most. */
  private static final long LEAST_BYTES = 8192;

  private static final int SMALL_SHARE = 4;
  private static final int FEWEST_ENTRIES = 16;
  private static final int MOST_BYTES = 1 << 24;
  private static final int HEXADECIMAL = 16;

  private static final ParquetReadOptions FOOTER =
      ParquetReadOptions.builder(new PlainParquetConfiguration())
          .withMetadataFilter(ParquetMetadataConverter.SKIP_ROW_GROUPS)
          .build();

  private final Map<Integer, ColumnSketch> byField = new TreeMap<>();

  /**
   * Of one column.
   *
   * @param type the column's in Iceberg's words: values of another one have other hashes, whatever
   *     they are equal to
   * @param values not copied
   */
  public record ColumnSketch(String type, ThetaSketch values) {}

  /** Those of some fields, by id. */
  public FileSketches(Map<Integer, ColumnSketch> byField) {
    this.byField.putAll(byField);
  }

  /** That of a column of a type; empty if there is none. */
  Optional<ThetaSketch> find(int field, String type) {
    return Optional.ofNullable(byField.get(field))
        .filter(column -> column.type.equals(type))
        .map(ColumnSketch::values);
  }

  /** Leaves out hashes until all take no more than their share of the bytes that they are about. */
  static void fit(Collection<ThetaSketch> sketches, long describedBytes) {
    long room =
        Math.max(Math.min(LEAST_BYTES, describedBytes / SMALL_SHARE), describedBytes / SHARE);
    for (int entries = ThetaSketch.ENTRIES; entries >= FEWEST_ENTRIES; entries /= 2) {
      int most = entries;
      long bytes =
          sketches.stream()
              .mapToLong(sketch -> (long) Math.min(sketch.entries(), most) * Long.BYTES)
              .sum();
      if (bytes <= room || entries == FEWEST_ENTRIES) {
        sketches.forEach(sketch -> sketch.keep(most));
        return;
      }
    }
  }

  /**
   * For each column the id of its field, its type and its sketch, the latter two each after its
   * length. Inverse of {@link #parse}.
   *
   * @param fileBytes how long the file is without them; hashes are left out to fit
   */
  public byte[] format(long fileBytes) {
    fit(byField.values().stream().map(ColumnSketch::values).toList(), fileBytes);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byField.forEach(
        (field, column) -> {
          byte[] type = column.type.getBytes(StandardCharsets.UTF_8);
          byte[] sketch = column.values.format();
          bytes.writeBytes(
              ByteBuffer.allocate(3 * Integer.BYTES + type.length + sketch.length)
                  .putInt(field)
                  .putInt(type.length)
                  .put(type)
                  .putInt(sketch.length)
                  .put(sketch)
                  .array());
        });
    return bytes.toByteArray();
  }

  /** What {@link #PROPERTY} is to say of bytes at an offset. */
  public static String place(long offset, byte[] formatted) {
    return offset + ":" + formatted.length + ":" + checksum(formatted);
  }

  /** Empty if it is nothing that {@link #format} makes. */
  static Optional<FileSketches> parse(byte[] formatted) {
    Map<Integer, ColumnSketch> byField = new TreeMap<>();
    ByteBuffer bytes = ByteBuffer.wrap(formatted);
    try {
      while (bytes.hasRemaining()) {
        int field = bytes.getInt();
        String type = new String(next(bytes), StandardCharsets.UTF_8);
        Optional<ThetaSketch> sketch = ThetaSketch.parse(next(bytes));
        if (sketch.isEmpty()) {
          return Optional.empty();
        }
        byField.put(field, new ColumnSketch(type, sketch.get()));
      }
    } catch (BufferUnderflowException e) {
      return Optional.empty();
    }
    return Optional.of(new FileSketches(byField));
  }

  private static byte[] next(ByteBuffer bytes) {
    int length = bytes.getInt();
    if (length < 0 || length > bytes.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] next = new byte[length];
    bytes.get(next);
    return next;
  }

  /** Those of a data file; empty if it has none, or none that can be read. */
  static Optional<FileSketches> read(Disk disk, Path file) {
    try {
      @Nullable String place;
      try (ParquetFileReader reader =
          ParquetFileReader.open(new ParquetInput(disk, file), FOOTER)) {
        place = reader.getFileMetaData().getKeyValueMetaData().get(PROPERTY);
      }
      return place == null ? Optional.empty() : read(disk, file, place.split(":", -1));
    } catch (IOException | RuntimeException e) {
      return Optional.empty(); // whoever reads its rows says so
    }
  }

  private static Optional<FileSketches> read(Disk disk, Path file, String[] place)
      throws IOException {
    if (place.length != 3) {
      return Optional.empty();
    }
    long offset = Long.parseLong(place[0]);
    int length = Integer.parseInt(place[1]);
    if (offset < 0 || length < 0 || length > MOST_BYTES) {
      return Optional.empty();
    }
    ByteBuffer bytes = ByteBuffer.allocate(length);
    try (DiskInput input = disk.open(file)) {
      while (bytes.hasRemaining()) {
        if (input.read(bytes, offset + bytes.position()) < 0) {
          return Optional.empty();
        }
      }
    }
    return checksum(bytes.array()).equals(place[2]) ? parse(bytes.array()) : Optional.empty();
  }

  private static String checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return Long.toString(crc.getValue(), HEXADECIMAL);
  }
}
