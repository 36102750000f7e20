package dev.firn.smoke.bench;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hashing;
import com.github.luben.zstd.ZstdCompressCtx;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.disk.ParquetInput;
import dev.firn.smoke.shape.FieldPartition;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.xerial.snappy.Snappy;

/**
 * What no rewrite from Snappy to zstd can do without: every page body is decompressed, and what is
 * distinct of them is compressed with zstd 3 again. No value is looked at. One thread.
 */
final class CompactionFloor implements Job {
  private final Path source;

  CompactionFloor(Path source) {
    this.source = source;
  }

  @Override
  public Map<String, Double> round() throws Exception {
    long[] bytes = {0};
    Map<String, Double> figures =
        Timed.run(
            () -> {
              Set<HashValue128> known = new HashSet<>();
              try (ZstdCompressCtx zstd = new ZstdCompressCtx().setLevel(3)) {
                for (Path file : Trees.files(FieldPartition.data(source))) {
                  bytes[0] += file(file, known, zstd);
                }
              }
            });
    figures.put(FirnCompaction.BYTES, (double) bytes[0]);
    return figures;
  }

  private static long file(Path file, Set<HashValue128> known, ZstdCompressCtx zstd)
      throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    long written = 0;
    try (ParquetFileReader reader =
        ParquetFileReader.open(new ParquetInput(new LocalDisk(), file))) {
      for (BlockMetaData block : reader.getFooter().getBlocks()) {
        for (ColumnChunkMetaData chunk : block.getColumns()) {
          written += chunk(bytes, chunk, known, zstd);
        }
      }
    }
    return written;
  }

  private static long chunk(
      byte[] file, ColumnChunkMetaData chunk, Set<HashValue128> known, ZstdCompressCtx zstd)
      throws IOException {
    int at = Math.toIntExact(chunk.getStartingPos());
    int end = at + Math.toIntExact(chunk.getTotalSize());
    long written = 0;
    while (at < end) {
      ByteArrayInputStream input = new ByteArrayInputStream(file, at, end - at);
      PageHeader header = Util.readPageHeader(input);
      at = end - input.available();
      int levels =
          header.isSetData_page_header_v2()
              ? header.getData_page_header_v2().getDefinition_levels_byte_length()
                  + header.getData_page_header_v2().getRepetition_levels_byte_length()
              : 0;
      int size = header.getCompressed_page_size();
      byte[] body = size == levels ? new byte[0] : uncompressed(file, at + levels, size - levels);
      if (known.add(Hashing.xxh3_128().hashBytesTo128Bits(body))) {
        written += zstd.compress(body).length;
      }
      at += size;
    }
    return written;
  }

  private static byte[] uncompressed(byte[] file, int from, int length) throws IOException {
    return Snappy.uncompress(Arrays.copyOfRange(file, from, from + length));
  }
}
