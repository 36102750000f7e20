package dev.firn.maintenance;

import dev.firn.core.disk.LocalDisk;
import dev.firn.core.disk.ParquetInput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;

/** Looks for a text in the bytes of files, decompressed as far as they are compressed. */
final class RawText {
  private RawText() {}

  /** Files below a directory that hold the text in their bytes, pages, statistics or manifests. */
  static List<Path> filesWith(Path directory, String text) throws IOException {
    List<Path> found = new ArrayList<>();
    List<Path> files;
    try (Stream<Path> paths = Files.walk(directory)) {
      files = paths.filter(Files::isRegularFile).sorted().toList();
    }
    for (Path file : files) {
      byte[] bytes = Files.readAllBytes(file);
      String raw = new String(bytes, StandardCharsets.ISO_8859_1);
      if (raw.contains(text)
          || (raw.startsWith("PAR1") && raw.endsWith("PAR1") && pages(file).contains(text))
          || (raw.startsWith("Obj\u0001") && manifest(file).contains(text))) {
        found.add(directory.relativize(file));
      }
    }
    return found;
  }

  private static String manifest(Path file) throws IOException {
    StringBuilder text = new StringBuilder();
    try (DataFileStream<GenericRecord> records =
        new DataFileStream<>(Files.newInputStream(file), new GenericDatumReader<>())) {
      records.forEach(text::append);
    }
    return text.toString();
  }

  private static String pages(Path file) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration()).build();
    try (ParquetFileReader reader =
        ParquetFileReader.open(new ParquetInput(new LocalDisk(), file), options)) {
      for (PageReadStore group = reader.readNextRowGroup();
          group != null;
          group = reader.readNextRowGroup()) {
        for (ColumnDescriptor column :
            reader.getFooter().getFileMetaData().getSchema().getColumns()) {
          PageReader pages = group.getPageReader(column);
          DictionaryPage dictionary = pages.readDictionaryPage();
          if (dictionary != null) {
            bytes.writeBytes(bytes(dictionary.getBytes()));
          }
          for (DataPage page = pages.readPage(); page != null; page = pages.readPage()) {
            bytes.writeBytes(data(page));
          }
        }
      }
    }
    return bytes.toString(StandardCharsets.ISO_8859_1);
  }

  private static byte[] data(DataPage page) throws IOException {
    if (page instanceof DataPageV1 v1) {
      return bytes(v1.getBytes());
    }
    return bytes(((DataPageV2) page).getData());
  }

  private static byte[] bytes(BytesInput input) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    input.writeAllTo(bytes);
    return bytes.toByteArray();
  }
}
