package dev.firn.maintenance.rewrite;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.junit.jupiter.api.Test;

/** Every page that is written has a checksum, and whoever reads it verifies it. */
final class PageChecksumTest {
  private static final Schema SCHEMA =
      new Schema(
          required(1, "id", Types.LongType.get()),
          optional(2, "few", Types.StringType.get()),
          optional(3, "fat", Types.StringType.get()),
          optional(4, "plain", Types.StringType.get()));

  private record Page(boolean dictionary, boolean checksum, int start, int size) {}

  @Test
  void everyPageOfAnOutputHasAChecksum() throws IOException {
    List<Page> pages = pages(output());
    assertThat(pages).hasSizeGreaterThan(10).allMatch(Page::checksum);
    assertThat(pages).anyMatch(Page::dictionary);
  }

  @Test
  void aFlippedBitInAnyPageOfAnOutputIsFound() throws IOException {
    byte[] output = output();
    for (Page page : pages(output)) {
      byte[] damaged = output.clone();
      damaged[page.start() + page.size() / 2] ^= 4;
      assertThatThrownBy(() -> Rewrites.rewrite(SCHEMA, Rewrites.input("out", damaged)))
          .isInstanceOf(UnreadableInputException.class)
          .hasMessageContaining("checksum")
          .hasMessageContaining("(file out)");
    }
  }

  /** A file with pages of all kinds: with dictionaries, without, and of large values. */
  private static byte[] output() throws IOException {
    List<Record> rows = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      Record row = GenericRecord.create(SCHEMA);
      row.setField("id", i * 7L);
      row.setField("few", i % 3 == 0 ? null : "value " + i % 7);
      row.setField("fat", "x".repeat(5000) + i % 4);
      row.setField("plain", ("y" + i).repeat(2000));
      rows.add(row);
    }
    RewriteInput input = Rewrites.input("in", Rewrites.write(SCHEMA, rows));
    Rewrites rewrites =
        Rewrites.rewrite(
            SCHEMA, new RewriteLimits(8 << 20, 150, 400, 1 << 30, true), List.of(input));
    return rewrites.outputs.get("out-0").bytes();
  }

  private static List<Page> pages(byte[] file) throws IOException {
    List<Page> pages = new ArrayList<>();
    for (BlockMetaData block : Rewrites.footer(file).getBlocks()) {
      for (ColumnChunkMetaData chunk : block.getColumns()) {
        int end = (int) (chunk.getStartingPos() + chunk.getTotalSize());
        int at = (int) chunk.getStartingPos();
        while (at < end) {
          ByteArrayInputStream stream = new ByteArrayInputStream(file, at, end - at);
          PageHeader header = Util.readPageHeader(stream);
          int start = end - stream.available();
          int size = header.getCompressed_page_size();
          pages.add(new Page(header.isSetDictionary_page_header(), header.isSetCrc(), start, size));
          at = start + size;
        }
      }
    }
    return pages;
  }
}
