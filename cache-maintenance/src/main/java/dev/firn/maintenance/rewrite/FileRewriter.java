package dev.firn.maintenance.rewrite;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.mapping.NameMapping;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.parquet.ParquetUtil;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * Turns many Parquet data files into few, column by column on Parquet's own triplets (repetition
 * level, definition level, value). Rows are never assembled, so that any nesting and any type
 * passes through untouched.
 *
 * <ul>
 *   <li>Rows keep their order: that of the inputs, and that within each input. Where a sort order
 *       is given they are brought into it: all of them, see {@link SortedBatchPlanner}, or else
 *       each row group, see {@link FileOrder}; what cannot be sorted by keeps its order. Rows that
 *       an input's mask drops are left out. Where no row is left no file is written.
 *   <li>Columns are found by field id and written as the table's current schema wants them; see
 *       {@link SchemaResolver} for what is mapped. Columns that the schema no longer has are left
 *       out.
 *   <li>The memory holds the dictionary and one page of one column of one input; one row group of
 *       an output, all but one column of it compressed; the footers of the inputs of that row
 *       group; and of each input what {@link RewriteInput} is. What a row group takes is bounded by
 *       {@link RewriteLimits#batchBytes}, whatever it holds once it is decoded, and not by the size
 *       of the data, of the inputs or of their row groups: only what one row takes, or one page, is
 *       held however large. Sorting adds one column of a row group, before that the keys of all
 *       rows, and eight bytes a row, each within the same bound.
 *   <li>No result without proof (I6): every output is opened again and compared. {@link
 *       UnreadableInputException} names a damaged input; {@link UnsupportedRewriteException} a
 *       sound one whose columns do not fit; {@link ProofFailedException} an output that is not what
 *       was read. Any other {@code IOException} is a failure to write.
 *   <li>After a failure the files that the factory made until then are left as they are, closed,
 *       for the caller to remove.
 * </ul>
 *
 * <p>It does not deduplicate, does not look at partitions, and does not write deletes. May be used
 * by several threads; each rewrite runs in its caller's and one more, see {@link BackgroundPages}.
 */
public final class FileRewriter {
  private static final String SCHEMA_PROPERTY = "iceberg.schema";

  private final RewriteLimits limits;
  private final @Nullable NameMapping names;
  private final int lastColumnId;

  public FileRewriter(RewriteLimits limits) {
    this(limits, null, Integer.MAX_VALUE);
  }

  /**
   * @param names by which files without field ids are read; null if the table has no such mapping
   * @param lastColumnId the largest field id that the table ever gave
   */
  public FileRewriter(RewriteLimits limits, @Nullable NameMapping names, int lastColumnId) {
    this.limits = limits;
    this.names = names;
    this.lastColumnId = lastColumnId;
  }

  /** As the other, without further footer metadata. */
  public RewriteResult rewrite(
      Schema schema, MetricsConfig metricsConfig, List<RewriteInput> inputs, OutputFactory outputs)
      throws IOException {
    return rewrite(schema, metricsConfig, inputs, Map.of(), outputs);
  }

  /** As the other, in the order of the inputs. */
  public RewriteResult rewrite(
      Schema schema,
      MetricsConfig metricsConfig,
      List<RewriteInput> inputs,
      Map<String, String> footerProperties,
      OutputFactory outputs)
      throws IOException {
    return rewrite(schema, SortOrder.unsorted(), metricsConfig, inputs, footerProperties, outputs);
  }

  /**
   * @param schema the table's, as the outputs are to have it
   * @param order what the rows are to be sorted by, as far as they can be
   * @param metricsConfig which metrics the manifest entries are to have
   * @param footerProperties key-value metadata for each output's footer
   * @param outputs asked for each file when its first row group is about to be written
   */
  public RewriteResult rewrite(
      Schema schema,
      SortOrder order,
      MetricsConfig metricsConfig,
      List<RewriteInput> inputs,
      Map<String, String> footerProperties,
      OutputFactory outputs)
      throws IOException {
    try (PageCodecs codecs = new PageCodecs();
        BackgroundPages background = new BackgroundPages()) {
      return new Run(
              schema, order, metricsConfig, inputs, footerProperties, outputs, codecs, background)
          .run();
    }
  }

  private final class Run {
    private final Schema schema;
    private final SortOrder order;
    private final MetricsConfig metricsConfig;
    private final List<RewriteInput> inputs;
    private final Map<String, String> footerProperties;
    private final OutputFactory outputs;
    private final PageCodecs codecs;
    private final BackgroundPages background;
    private final InputSchemas schemas = new InputSchemas(names);
    private final List<RewrittenFile> files = new ArrayList<>();

    Run(
        Schema schema,
        SortOrder order,
        MetricsConfig metricsConfig,
        List<RewriteInput> inputs,
        Map<String, String> footerProperties,
        OutputFactory outputs,
        PageCodecs codecs,
        BackgroundPages background) {
      this.schema = schema;
      this.order = order;
      this.metricsConfig = metricsConfig;
      this.inputs = List.copyOf(inputs);
      this.footerProperties = new HashMap<>(footerProperties);
      this.footerProperties.put(SCHEMA_PROPERTY, SchemaParser.toJson(schema));
      this.outputs = outputs;
      this.codecs = codecs;
      this.background = background;
    }

    RewriteResult run() throws IOException {
      SchemaResolver.Resolved resolved =
          SchemaResolver.resolve(schema, lastColumnId, usedSchemas());
      requireKnownToIceberg(resolved.output());
      BatchCopy copy = new BatchCopy(inputs, resolved, codecs, limits);
      @Nullable SortColumns sort = SortColumns.of(order, schema, resolved).orElse(null);
      Batches batches = batches(sort, resolved, copy);
      ColumnTally total = new ColumnTally(resolved.leaves().size(), false);
      OutputWriter writer = null;
      FileOrder fileOrder = new FileOrder(sort, resolved, limits.sortBytes());
      try {
        for (Batches.Batch batch = batches.next(); batch != null; batch = batches.next()) {
          if (writer == null) {
            writer =
                OutputWriter.open(outputs.create(), schema, resolved, codecs, background, limits);
          }
          long before = writer.bytesWritten();
          copy.copy(batch, batches, fileOrder, writer);
          if (limits.isComplete(writer.bytesWritten(), writer.bytesWritten() - before)) {
            finish(writer, resolved, total, fileOrder.wholeFile());
            writer = null;
            fileOrder = new FileOrder(sort, resolved, limits.sortBytes());
          }
        }
        if (writer != null) {
          finish(writer, resolved, total, fileOrder.wholeFile());
        }
      } catch (IOException | RuntimeException | Error e) {
        if (writer != null) {
          writer.abort(e);
        }
        throw e;
      }
      return new RewriteResult(files, proof(resolved, total));
    }

    private Batches batches(
        @Nullable SortColumns sort, SchemaResolver.Resolved resolved, BatchCopy copy)
        throws IOException {
      BatchPlanner.Footers footers = i -> InputFooter.read(inputs.get(i), schemas);
      if (sort != null) {
        try (BatchInputs open = new BatchInputs(inputs, codecs)) {
          @Nullable Batches sorted =
              SortedBatchPlanner.plan(
                  sort,
                  resolved,
                  inputs,
                  footers,
                  limits,
                  (slice, leaf) -> copy.entries(slice, leaf, open));
          if (sorted != null) {
            return sorted;
          }
        }
      }
      return new BatchPlanner(inputs, footers, limits);
    }

    /** A column kept as it is may be of a type that no Iceberg table can have, such as uint64. */
    private void requireKnownToIceberg(MessageType output) throws UnsupportedRewriteException {
      for (Type column : output.getFields()) {
        try {
          ParquetSchemaUtil.convert(new MessageType(output.getName(), column));
        } catch (RuntimeException e) {
          throw new UnsupportedRewriteException(
              inputs.get(0).name(),
              column.getName(),
              "a type that Iceberg reads",
              column + " (" + e.getMessage() + ")");
        }
      }
    }

    /** The schemas of all inputs of which a row is kept; no more of their footers is held. */
    private Set<InputSchema> usedSchemas() throws IOException {
      Set<InputSchema> used = new LinkedHashSet<>();
      for (RewriteInput input : inputs) {
        InputSchema found = InputFooter.readSchema(input, schemas);
        requirePresent(input, found);
        if (input.keptRows() > 0) {
          used.add(found);
        }
      }
      return used;
    }

    private void requirePresent(RewriteInput input, InputSchema found)
        throws UnsupportedRewriteException {
      for (int field : input.present()) {
        boolean present =
            found.type().getFields().stream()
                .anyMatch(type -> type.getId() != null && type.getId().intValue() == field);
        if (!present) {
          throw new UnsupportedRewriteException(
              input.name(),
              String.valueOf(schema.findColumnName(field)),
              "the column in the file",
              "none, readers take it from the partition");
        }
      }
    }

    /**
     * @param sort what the file is to be in the order of; null if it is not
     */
    private void finish(
        OutputWriter writer,
        SchemaResolver.Resolved resolved,
        ColumnTally total,
        @Nullable SortColumns sort)
        throws IOException {
      writer.finish(footerProperties);
      RewriteOutput output = writer.output();
      ColumnTally tally = writer.tally();
      ParquetMetadata footer = OutputProof.check(output, resolved, tally, writer.rows(), codecs);
      boolean sorted =
          sort != null
              && OutputProof.checkOrder(
                  output, resolved, footer, sort, 2 * limits.sortBytes(), codecs);
      for (int i = 0; i < resolved.leaves().size(); i++) {
        total.count(i, tally.values(i), tally.nulls(i));
      }
      Metrics metrics = OutputMetrics.of(schema, footer, metricsConfig, resolved.leaves(), tally);
      files.add(
          new RewrittenFile(
              output.name(),
              writer.rows(),
              output.readBack().getLength(),
              metrics,
              ParquetUtil.getSplitOffsets(footer),
              sorted));
    }

    private RewriteProof proof(SchemaResolver.Resolved resolved, ColumnTally total)
        throws ProofFailedException {
      List<RewriteProof.InputRows> rows = new ArrayList<>();
      long in = 0;
      long dropped = 0;
      for (RewriteInput input : inputs) {
        rows.add(
            new RewriteProof.InputRows(
                input.name(), input.rowCount(), input.dropped().cardinality()));
        in += input.rowCount();
        dropped += input.dropped().cardinality();
      }
      long out = files.stream().mapToLong(RewrittenFile::rows).sum();
      if (in - dropped != out) {
        throw new ProofFailedException("all", "rows", in - dropped, out);
      }
      List<RewriteProof.ColumnCounts> columns = new ArrayList<>();
      for (int i = 0; i < resolved.leaves().size(); i++) {
        columns.add(
            new RewriteProof.ColumnCounts(
                name(resolved.leaves().get(i)), total.values(i), total.nulls(i)));
      }
      return new RewriteProof(rows, in, dropped, out, columns, files.size(), limits.proveContent());
    }

    private String name(ColumnDescriptor column) {
      return String.join(".", column.getPath());
    }
  }
}
