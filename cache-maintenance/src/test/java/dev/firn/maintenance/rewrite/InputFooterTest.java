package dev.firn.maintenance.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.core.parquet.ParquetFileOutput;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InputFooterTest {
  private static final ParquetReadOptions OPTIONS =
      ParquetReadOptions.builder(new PlainParquetConfiguration()).build();

  @Test
  void fieldFilesAreMeasuredByTheirPagesBecauseTheirFootersAreWrong(@TempDir Path dir)
      throws IOException {
    Path root = FieldCaches.unpack("source-table-fresh", dir);
    int larger = 0;
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.filter(p -> p.toString().endsWith(".parquet")).toList()) {
        byte[] bytes = Files.readAllBytes(path);
        BlockMetaData block = Rewrites.footer(bytes).getBlocks().get(0);
        long claimed =
            block.getColumns().stream()
                .mapToLong(ColumnChunkMetaData::getTotalUncompressedSize)
                .sum();
        long compressed =
            block.getColumns().stream().mapToLong(ColumnChunkMetaData::getTotalSize).sum();
        assertThat(claimed).isEqualTo(compressed);
        InputFooter footer = read(bytes);
        long encoded = footer.rowGroups().get(0).encodedBytes();
        assertThat(encoded).isEqualTo(decodedPageBytes(bytes));
        larger += encoded > claimed ? 1 : 0;
      }
    }
    assertThat(larger).isPositive();
  }

  /** What Parquet's own reader has in its hands once it has decompressed every page. */
  private static long decodedPageBytes(byte[] file) throws IOException {
    long bytes = 0;
    try (ParquetFileReader reader = ParquetFileReader.open(new MemoryFile(file), OPTIONS);
        PageReadStore pages = reader.readNextRowGroup()) {
      for (ColumnDescriptor column :
          reader.getFooter().getFileMetaData().getSchema().getColumns()) {
        PageReader pageReader = pages.getPageReader(column);
        DictionaryPage dictionary = pageReader.readDictionaryPage();
        bytes += dictionary == null ? 0 : dictionary.getUncompressedSize();
        for (DataPage page = pageReader.readPage(); page != null; page = pageReader.readPage()) {
          bytes += page.getUncompressedSize();
        }
      }
    }
    return bytes;
  }

  @Test
  void theBytesOfARowGroupAreThoseOfItsPagesBeforeCompression() throws IOException {
    ForeignFile file = ForeignFile.of("message m { required binary a = 1; }");
    for (int i = 0; i < 100; i++) {
      String text = "x".repeat(1000) + i;
      file.row(row -> row.add("a", text));
    }
    byte[] bytes =
        file.version(org.apache.parquet.column.ParquetProperties.WriterVersion.PARQUET_1_0).write();
    assertThat(bytes.length).isLessThan(20_000);
    InputFooter.RowGroup group = read(bytes).rowGroups().get(0);
    assertThat(group.encodedBytes()).isBetween(100_000L, 110_000L);
    assertThat(group.averageValueBytes()[0]).isBetween(1000, 1010);
  }

  @Test
  void aColumnWithMoreOrFewerRowsThanItsRowGroupIsUnreadable() throws IOException {
    Schema schema = new Schema(Types.NestedField.required(1, "a", Types.LongType.get()));
    for (int claimed : new int[] {4, 6}) {
      RewriteInput input =
          new RewriteInput("forged", new MemoryFile(forged(5, claimed)), RowMask.none(), claimed);
      assertThatThrownBy(() -> Rewrites.rewrite(schema, input))
          .isInstanceOf(UnreadableInputException.class)
          .hasMessageContaining("does not hold the " + claimed + " rows of its row group");
    }
    RewriteInput sound = new RewriteInput("sound", new MemoryFile(forged(5, 5)), RowMask.none(), 5);
    assertThat(Rewrites.rewrite(schema, sound).rows()).hasSize(5);
    List<RewriteInput> cut =
        List.of(new RewriteInput("cut", new MemoryFile(forged(5, 4)), RowMask.none(), 4));
    RewriteLimits two = new RewriteLimits(1 << 20, 1, 2, 1 << 20, true);
    assertThatThrownBy(() -> Rewrites.rewrite(schema, two, cut))
        .isInstanceOf(UnreadableInputException.class);
  }

  /** A file whose only column holds {@code rows} rows in a row group that claims another number. */
  private static byte[] forged(int rows, int claimed) throws IOException {
    MessageType type = MessageTypeParser.parseMessageType("message m { required int64 a = 1; }");
    MemoryFile file = MemoryFile.empty();
    try (PageCodecs codecs = new PageCodecs();
        ParquetFileWriter writer =
            new ParquetFileWriter(
                file, type, ParquetFileWriter.Mode.CREATE, 1 << 20, 0, 64, 64, true)) {
      writer.start();
      writer.startBlock(claimed);
      ColumnChunkPageWriteStore pages =
          new ColumnChunkPageWriteStore(
              codecs.getCompressor(CompressionCodecName.ZSTD),
              type,
              HeapByteBufferAllocator.getInstance(),
              64,
              true);
      ColumnWriteStore store =
          ParquetFileOutput.properties().build().newColumnWriteStore(type, pages, pages);
      for (int i = 0; i < rows; i++) {
        store.getColumnWriter(type.getColumns().get(0)).write((long) i, 0, 0);
        store.endRecord();
      }
      store.flush();
      pages.flushToFileWriter(writer);
      writer.endBlock();
      writer.end(java.util.Map.of());
    }
    return file.bytes();
  }

  @Test
  void aSchemaThatIsAnotherOneWithTheRowGroupsThanWithoutIsDamage() throws IOException {
    byte[] bytes =
        ForeignFile.of("message m { required int64 a = 1; }").row(row -> row.add("a", 1L)).write();

    assertThatThrownBy(() -> InputFooter.read(Rewrites.input("f", bytes), new InputSchemas(null)))
        .isInstanceOf(UnreadableInputException.class)
        .hasMessageContaining("another one");
  }

  private static InputFooter read(byte[] bytes) throws IOException {
    RewriteInput input = Rewrites.input("f", bytes);
    InputSchemas schemas = new InputSchemas(null);
    InputFooter.readSchema(input, schemas);
    return InputFooter.read(input, schemas);
  }
}
