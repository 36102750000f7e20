package dev.firn.maintenance.rewrite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.jspecify.annotations.Nullable;

/** Files of a schema that Iceberg's own writer would never write, by Parquet's example writer. */
public final class ForeignFile {
  private final MessageType type;
  private final List<Group> rows = new ArrayList<>();
  private WriterVersion version = WriterVersion.PARQUET_2_0;
  private boolean dictionary = true;
  private boolean byteStreamSplit;
  private int pageBytes = 1 << 20;
  private @Nullable CompressionCodecFactory codecs;
  private CompressionCodecName codec = CompressionCodecName.SNAPPY;

  private ForeignFile(MessageType type) {
    this.type = type;
  }

  public static ForeignFile of(String type) {
    return new ForeignFile(MessageTypeParser.parseMessageType(type));
  }

  public ForeignFile version(WriterVersion other) {
    version = other;
    return this;
  }

  public ForeignFile codec(CompressionCodecName other) {
    codec = other;
    return this;
  }

  public ForeignFile withoutDictionary() {
    dictionary = false;
    return this;
  }

  ForeignFile byteStreamSplit() {
    byteStreamSplit = true;
    return this;
  }

  /** Pages end about here. */
  ForeignFile pageBytes(int bytes) {
    pageBytes = bytes;
    return this;
  }

  /** Compresses with a codec that Parquet does not bring along. */
  ForeignFile codecs(CompressionCodecFactory others) {
    codecs = others;
    return this;
  }

  public ForeignFile row(Consumer<Group> fill) {
    Group row = new SimpleGroup(type);
    fill.accept(row);
    rows.add(row);
    return this;
  }

  public byte[] write() {
    MemoryFile file = MemoryFile.empty();
    ExampleParquetWriter.Builder builder =
        ExampleParquetWriter.builder(file)
            .withConf(new PlainParquetConfiguration())
            .withType(type)
            .withWriterVersion(version)
            .withCompressionCodec(codec)
            .withDictionaryEncoding(dictionary)
            .withByteStreamSplitEncoding(byteStreamSplit)
            .withPageSize(pageBytes)
            .withMinRowCountForPageSizeCheck(10);
    if (codecs != null) {
      builder = builder.withCodecFactory(codecs);
    }
    try (ParquetWriter<Group> writer = builder.build()) {
      for (Group row : rows) {
        writer.write(row);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file.bytes();
  }

  /** The rows as Parquet's example reader prints them. */
  static List<String> read(byte[] bytes) {
    return read(bytes, false);
  }

  /**
   * @param lz4 whether pages are in Hadoop's LZ4, which Parquet needs an installed library for
   */
  static List<String> read(byte[] bytes, boolean lz4) {
    List<String> rows = new ArrayList<>();
    ParquetReadOptions.Builder options =
        ParquetReadOptions.builder(new PlainParquetConfiguration());
    if (lz4) {
      options.withCodecFactory(new HadoopLz4());
    }
    try (ParquetFileReader reader =
        ParquetFileReader.open(new MemoryFile(bytes), options.build())) {
      MessageType type = reader.getFooter().getFileMetaData().getSchema();
      MessageColumnIO columns = new ColumnIOFactory().getColumnIO(type);
      for (var block = reader.readNextRowGroup();
          block != null;
          block = reader.readNextRowGroup()) {
        RecordReader<Group> records =
            columns.getRecordReader(block, new GroupRecordConverter(type));
        for (long i = block.getRowCount(); i > 0; i--) {
          rows.add(records.read().toString().replaceAll("\\s+", " ").trim());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }
}
