package dev.firn.core.rows;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.disk.IcebergInput;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.disk.ParquetInput;
import dev.firn.core.disk.ParquetOutput;
import dev.firn.core.read.RowJson;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;

/** Exchanges written as files and read back by Iceberg. */
final class RowFiles {
  static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private final LocalDisk disk = new LocalDisk();
  private final Path directory;
  private int files;

  RowFiles(Path directory) {
    this.directory = directory;
  }

  /** A file as it was written. */
  record Written(Path path, Schema schema, EncodedFile file) {}

  static List<ObjectNode> rows(String json) {
    try {
      byte[] utf8 = json.getBytes(StandardCharsets.UTF_8);
      return JsonExchange.parse(utf8, 0, utf8.length).rows();
    } catch (NotAnExchangeException e) {
      throw new AssertionError(json, e);
    }
  }

  /** Fits the schema to the exchange and writes it. */
  Written land(Schema current, String json) throws IOException {
    return land(current, rows(json));
  }

  Written land(Schema current, List<ObjectNode> rows) throws IOException {
    SchemaFit fit = SchemaFit.of(current, 0, rows, OnMismatch.RESCUE);
    Written written = write(fit.schema(), SortOrder.unsorted(), rows);
    if (written.file().rescuedValues() != fit.rescuedValues()) {
      throw new AssertionError(
          written.file().rescuedValues() + " rescued instead of " + fit.rescuedValues());
    }
    return written;
  }

  Written write(Schema schema, SortOrder order, List<ObjectNode> rows) throws IOException {
    try (ExchangeEncoder encoder = new ExchangeEncoder()) {
      return write(encoder, schema, order, rows);
    }
  }

  Written write(ExchangeEncoder encoder, Schema schema, SortOrder order, List<ObjectNode> rows)
      throws IOException {
    return write(encoder, schema, order, rows, MetricsConfig.getDefault());
  }

  Written write(
      ExchangeEncoder encoder,
      Schema schema,
      SortOrder order,
      List<ObjectNode> rows,
      MetricsConfig metrics)
      throws IOException {
    Path path = directory.resolve(++files + ".parquet");
    EncodedFile file =
        encoder.encode(
            schema,
            order,
            rows,
            Map.of("firn.id", "e" + files),
            new ParquetOutput(disk, path),
            metrics);
    return new Written(path, schema, file);
  }

  List<ObjectNode> read(Written written) throws IOException {
    return read(written.path(), written.schema());
  }

  List<ObjectNode> read(Path path, Schema schema) throws IOException {
    List<ObjectNode> rows = new ArrayList<>();
    try (CloseableIterable<Record> records =
        Parquet.read(new IcebergInput(disk, path.toString(), path))
            .project(schema)
            .createReaderFunc(fileSchema -> GenericParquetReaders.buildReader(schema, fileSchema))
            .build()) {
      for (Record record : records) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
          RowJson.write(json, schema.asStruct(), record);
        }
        rows.add((ObjectNode) JSON.readTree(text.toString()));
      }
    }
    return rows;
  }

  ParquetMetadata footer(Written written) throws IOException {
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .usePageChecksumVerification()
            .build();
    try (ParquetFileReader reader =
        ParquetFileReader.open(new ParquetInput(disk, written.path()), options)) {
      return reader.getFooter();
    }
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new AssertionError(text, e);
    }
  }
}
