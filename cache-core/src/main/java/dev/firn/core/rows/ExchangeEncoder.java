package dev.firn.core.rows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.firn.core.parquet.FlatFile;
import dev.firn.core.parquet.FlatFooter;
import dev.firn.core.parquet.ParquetFileOutput;
import dev.firn.core.parquet.ZstdPages;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.parquet.ParquetUtil;
import org.apache.iceberg.types.Type;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * Writes the rows of an exchange as one Parquet file, column after column: a few rows of columns
 * that are not nested with {@link FlatFile}, all else with Parquet's writers of columns and pages
 * alone. What Iceberg's generic writer does in 15 ms is done in two, or a tenth of one.
 *
 * <p>A value that does not fit its column goes into the rescue column of its row, which the schema
 * must have if there is one ({@link SchemaFit} sees to that).
 *
 * <p>Reusable, for one thread at a time. What it learned of the last schema is kept, and so is the
 * compressor, until {@link #close}. After a failure the file is closed and stays where it is, and
 * the encoder can be used again.
 */
public final class ExchangeEncoder implements AutoCloseable {
  /** From here on minima and maxima of a column help less than they cost. */
  private static final int FAT_VALUE_CHARACTERS = 1024;

  /**
   * More is written by Parquet's writers, which hold no page twice. A value that repeats from row
   * to row counts once: some 100 KB of text on 512 rows is still a dictionary of 100 KB.
   */
  private static final long FLAT_BYTES = 256 << 10;

  private final ZstdPages compressor = new ZstdPages(ZstdPages.FAST);
  private final long flatBytes;
  private @Nullable Plan plan;

  public ExchangeEncoder() {
    this(FLAT_BYTES);
  }

  /**
   * @param flatBytes up to which size rows are written by {@link FlatFile}
   */
  ExchangeEncoder(long flatBytes) {
    this.flatBytes = flatBytes;
  }

  /** What follows from a schema alone. */
  private static final class Plan {
    final Schema schema;
    final TableFit table;
    final MessageType message;
    final List<ColumnDescriptor> leaves;
    final ColumnEncodings encodings;
    final @Nullable FlatFile flat;
    final LeafSink[] flatSinks;
    private @Nullable FlatMetrics metrics;
    private @Nullable MetricsConfig metricsConfig;

    Plan(Schema schema, ZstdPages compressor) {
      this.schema = schema;
      this.table = new TableFit(schema);
      this.message = ParquetSchemaUtil.convert(schema, "table");
      this.leaves = message.getColumns();
      this.encodings = new ColumnEncodings(leaves);
      if (leaves.size() != table.leaves()) {
        throw new AssertionError(leaves.size() + " leaves instead of " + table.leaves());
      }
      this.flat = FlatFile.of(message, compressor).orElse(null);
      this.flatSinks = new LeafSink[flat == null ? 0 : leaves.size()];
    }

    @SuppressWarnings("ReferenceEquality")
    FlatMetrics metrics(MetricsConfig config) {
      FlatMetrics current = metrics;
      if (current == null || metricsConfig != config) {
        current = new FlatMetrics(message, config);
        metrics = current;
        metricsConfig = config;
      }
      return current;
    }
  }

  /**
   * Writes a file and makes it durable (its stream's {@code close} does).
   *
   * @param sortOrder the rows are sorted by it if it holds nothing but plain columns
   * @param footer put into the file's own metadata
   * @param file must not exist
   * @param metrics which statistics are told
   * @throws IllegalArgumentException if the schema does not take the rows: a required column is
   *     null, or a value has to be rescued and there is no rescue column
   */
  public EncodedFile encode(
      Schema schema,
      SortOrder sortOrder,
      List<ObjectNode> rows,
      Map<String, String> footer,
      OutputFile file,
      MetricsConfig metrics)
      throws IOException {
    Plan current = plan(schema);
    List<ObjectNode> sorted = RowOrder.sort(current.table, sortOrder, rows);
    if (current.flat != null && isSmall(rows)) {
      return writeFlat(
          current,
          current.flat,
          sorted == null ? rows : sorted,
          sorted != null,
          footer,
          file,
          metrics);
    }
    ParquetFileOutput output = ParquetFileOutput.open(file, current.message);
    try {
      return write(
          current,
          sorted == null ? rows : sorted,
          sorted != null,
          footer,
          output.writer(),
          metrics);
    } catch (IOException | RuntimeException | Error e) {
      output.abort(e);
      throw e;
    }
  }

  /**
   * True if the schema takes all values as it is: it need not change, and none has to be rescued.
   * False says nothing; ask {@link SchemaFit} then.
   */
  public boolean takes(Schema schema, List<ObjectNode> rows) {
    return plan(schema).table.takes(rows);
  }

  @SuppressWarnings("ReferenceEquality")
  private Plan plan(Schema schema) {
    Plan current = plan;
    if (current == null || (current.schema != schema && !current.schema.sameSchema(schema))) {
      current = new Plan(schema, compressor);
      plan = current;
    }
    return current;
  }

  private boolean isSmall(List<ObjectNode> rows) {
    return !rows.isEmpty()
        && rows.size() <= FlatFile.MAX_ROWS
        && RowGroups.bytes(rows) <= flatBytes;
  }

  private static EncodedFile writeFlat(
      Plan current,
      FlatFile flat,
      List<ObjectNode> rows,
      boolean sorted,
      Map<String, String> footer,
      OutputFile file,
      MetricsConfig metricsConfig)
      throws IOException {
    flat.begin(rows.size(), fatLeaves(current.table, rows));
    LeafSink[] sinks = current.flatSinks;
    for (int i = 0; i < sinks.length; i++) {
      sinks[i] = LeafSink.of(flat.column(i));
    }
    long rescued = RowEntries.write(current.table, rows, sinks);
    FlatFooter written = flat.finish(footer);
    flat.write(file);
    FileCounts counts = new FileCounts(current.leaves);
    counts.add(sinks);
    FlatMetrics metrics = current.metrics(metricsConfig);
    return new EncodedFile(
        rows.size(),
        flat.bytes(),
        new EncodedFile.Measured(counts.leaves(), () -> metrics.of(written, counts)),
        List.of(written.start()),
        rescued,
        sorted);
  }

  private EncodedFile write(
      Plan current,
      List<ObjectNode> rows,
      boolean sorted,
      Map<String, String> footer,
      ParquetFileWriter writer,
      MetricsConfig metricsConfig)
      throws IOException {
    FileCounts counts = new FileCounts(current.leaves);
    long rescued = 0;
    for (List<ObjectNode> group : RowGroups.of(rows)) {
      rescued += writeGroup(current, group, writer, counts);
    }
    writer.end(footer);
    ParquetMetadata written = writer.getFooter();
    long bytes = writer.getPos();
    writer.close();
    return new EncodedFile(
        rows.size(),
        bytes,
        new EncodedFile.Measured(counts.leaves(), () -> counts.metrics(written, metricsConfig)),
        ParquetUtil.getSplitOffsets(written),
        rescued,
        sorted);
  }

  private long writeGroup(
      Plan current, List<ObjectNode> rows, ParquetFileWriter writer, FileCounts counts)
      throws IOException {
    writer.startBlock(rows.size());
    ColumnChunkPageWriteStore pages = ParquetFileOutput.pages(compressor, current.message);
    ColumnWriteStore store =
        current
            .encodings
            .properties(fatLeaves(current.table, rows), rows.size())
            .newColumnWriteStore(current.message, pages, pages);
    LeafSink[] sinks = new LeafSink[current.leaves.size()];
    for (int i = 0; i < sinks.length; i++) {
      sinks[i] = LeafSink.of(store.getColumnWriter(current.leaves.get(i)));
    }
    long rescued = RowEntries.write(current.table, rows, sinks);
    for (int i = 0; i < rows.size(); i++) {
      store.endRecord();
    }
    store.flush();
    pages.flushToFileWriter(writer);
    store.close();
    pages.close();
    writer.endBlock();
    counts.add(sinks);
    return rescued;
  }

  /**
   * The leaves without minima and maxima: variants and JSON texts, where they mean nothing; columns
   * with a large text, where each row would cost two comparisons of it.
   */
  private static BitSet fatLeaves(TableFit table, List<ObjectNode> rows) {
    BitSet fat = new BitSet(table.leaves());
    for (TableFit.Column column : table.columns()) {
      Type.TypeID type = column.field().type().typeId();
      boolean isFat =
          switch (type) {
            case STRING, BINARY -> hasFatValue(column.field().name(), rows);
            case VARIANT, STRUCT, LIST, MAP -> true;
            default -> false;
          };
      if (isFat) {
        fat.set(column.leaf(), column.leaf() + column.fit().leaves());
      }
    }
    TableFit.Column rescue = table.rescue();
    if (rescue != null) {
      fat.set(rescue.leaf());
    }
    return fat;
  }

  private static boolean hasFatValue(String name, List<ObjectNode> rows) {
    for (ObjectNode row : rows) {
      JsonNode value = row.get(name);
      if (value != null
          && (value.isContainerNode()
              || (value instanceof TextNode text
                  && text.textValue().length() >= FAT_VALUE_CHARACTERS))) {
        return true;
      }
    }
    return false;
  }

  /** Frees the compressor. */
  @Override
  public void close() {
    compressor.close();
  }
}
