package dev.firn.maintenance.rewrite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
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

/** Files of a schema that Iceberg's own writer would never write, by Parquet's example writer. */
public final class ForeignFile {
  private final MessageType type;
  private final List<Group> rows = new ArrayList<>();
  private WriterVersion version = WriterVersion.PARQUET_2_0;
  private boolean dictionary = true;
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

  public ForeignFile row(Consumer<Group> fill) {
    Group row = new SimpleGroup(type);
    fill.accept(row);
    rows.add(row);
    return this;
  }

  public byte[] write() {
    MemoryFile file = MemoryFile.empty();
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(file)
            .withConf(new PlainParquetConfiguration())
            .withType(type)
            .withWriterVersion(version)
            .withCompressionCodec(codec)
            .withDictionaryEncoding(dictionary)
            .build()) {
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
    List<String> rows = new ArrayList<>();
    try (ParquetFileReader reader = ParquetFileReader.open(new MemoryFile(bytes))) {
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
