package dev.firn.core.plain;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskInput;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.disk.ParquetInput;
import dev.firn.core.plain.PlainFooters.Footer;
import dev.firn.core.testing.ForeignTable;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.types.Types;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.schema.MessageType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainFootersTest {
  @TempDir Path home;
  private final PlainFooters footers = new PlainFooters(new LocalDisk());

  @ParameterizedTest
  @ValueSource(strings = {"with-deletes", "source-table-compacted", "partitioned"})
  void whatItSaysIsWhatParquetsReaderSays(String name) throws IOException {
    List<Path> files = dataFiles(FieldCaches.unpack(name, home));
    assertThat(files).isNotEmpty();
    for (Path file : files) {
      assertThat(footers.find(file)).as(file.toString()).hasValue(truth(file));
    }
  }

  @Test
  void aFooterOfManyColumnsIsReadWhole() throws IOException {
    Types.NestedField[] columns = new Types.NestedField[500];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = optional(i + 1, "a_column_with_the_number_" + i, Types.LongType.get());
    }
    ForeignTable table = ForeignTable.create(home, new Schema(columns), 2);
    table.append(table.row(new Object[500]), table.row(new Object[500]));
    Path file = dataFiles(home).get(0);

    assertThat(Files.size(file)).isGreaterThan(32 << 10);
    assertThat(footers.find(file)).hasValue(new Footer(2, true, false));
  }

  @Test
  void aFlippedBitOrALostEndNeverChangesWhatIsSaidOfTheRows() throws IOException {
    ForeignTable table =
        ForeignTable.create(home, new Schema(optional(1, "id", Types.LongType.get())), 2);
    table.append(table.row(1L), table.row(2L), table.row(3L));
    Path file = dataFiles(home).get(0);
    byte[] whole = Files.readAllBytes(file);
    int footer = ByteBuffer.wrap(whole).order(LITTLE_ENDIAN).getInt(whole.length - 8);
    int silent = 0;
    for (int bit = (whole.length - 8 - footer) * 8; bit < whole.length * 8; bit++) {
      byte[] bytes = whole.clone();
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
      Optional<Footer> said = new PlainFooters(of(bytes)).find(file);
      assertThat(said.map(Footer::rows).orElse(3L)).as("bit %s", bit).isEqualTo(3);
      silent += said.isPresent() ? 0 : 1;
    }
    assertThat(silent).isGreaterThan(500);
    for (int length = 0; length < whole.length; length++) {
      assertThat(new PlainFooters(of(Arrays.copyOf(whole, length))).find(file))
          .as("%s bytes", length)
          .isEmpty();
    }
    assertThat(footers.find(home.resolve("none.parquet"))).isEmpty();
  }

  /** A disk on which every file has this content. */
  private static Disk of(byte[] bytes) {
    DiskInput input =
        new DiskInput() {
          @Override
          public long size() {
            return bytes.length;
          }

          @Override
          public int read(ByteBuffer target, long position) {
            int length = Math.min(target.remaining(), bytes.length - (int) position);
            target.put(bytes, (int) position, length);
            return length;
          }

          @Override
          public void close() {}
        };
    return (Disk)
        Proxy.newProxyInstance(
            Disk.class.getClassLoader(),
            new Class<?>[] {Disk.class},
            (proxy, method, arguments) -> input);
  }

  private static Footer truth(Path file) throws IOException {
    try (ParquetFileReader reader =
        ParquetFileReader.open(new ParquetInput(new LocalDisk(), file))) {
      MessageType schema = reader.getFooter().getFileMetaData().getSchema();
      return new Footer(
          reader.getRecordCount(),
          ParquetSchemaUtil.hasIds(schema),
          schema.getFields().stream().anyMatch(field -> field.getId() == null));
    }
  }

  private static List<Path> dataFiles(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(f -> f.toString().endsWith(".parquet")).sorted().toList();
    }
  }
}
