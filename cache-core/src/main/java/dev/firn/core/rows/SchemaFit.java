package dev.firn.core.rows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * What must change in a schema so that an exchange fits, and what does not fit even then.
 *
 * <ul>
 *   <li>A new name becomes an optional column at the end, see {@link ColumnNames} and {@link
 *       NewColumn}. A name that is null on every row becomes none.
 *   <li>An {@code int} column is widened to {@code long} for a whole number that needs it. Nothing
 *       else is widened: Iceberg could not read the existing files of a {@code long} column as
 *       {@code double}, and a {@code float} read as {@code double} is another number.
 *   <li>A required column that is null or missing on a row, or whose value does not fit, becomes
 *       optional; if it was an identifier field it is none any more.
 *   <li>What does not fit is rescued: the column {@code _rescued} (string) is added when it is
 *       first needed, and to a new table that would have no column at all. Names that cannot be
 *       columns are rescued with their values; so is the name {@code _rescued}, unless what is
 *       there is what was rescued before ({@link RescuedText}). A null under such a name is
 *       dropped: it says what its absence says.
 * </ul>
 *
 * With {@link OnMismatch#REJECT} nothing is rescued, and an exchange with a {@link #firstMismatch}
 * is not to be written.
 */
public final class SchemaFit {
  private final Schema schema;
  private final boolean changed;
  private final List<String> added = new ArrayList<>();
  private final List<String> widened = new ArrayList<>();
  private final List<String> relaxed = new ArrayList<>();
  private final long rescued;
  private final @Nullable Mismatch firstMismatch;

  private SchemaFit(
      @Nullable Schema current, int lastColumnId, List<ObjectNode> rows, OnMismatch policy) {
    Fitting fitting = new Fitting(current);
    rows.forEach(fitting::add);
    fitting.end();
    Misfits misfits =
        fitting.hasMisfits
            ? Misfits.of(fitting.schema(current, lastColumnId, false), fitting.names, rows)
            : new Misfits(0, null);
    boolean rescues = policy == OnMismatch.RESCUE && misfits.count > 0 || fitting.types().isEmpty();
    Schema fitted = fitting.schema(current, lastColumnId, rescues);
    this.rescued = policy == OnMismatch.RESCUE ? misfits.count : 0;
    this.firstMismatch = policy == OnMismatch.REJECT ? misfits.first : null;
    if (current != null) {
      for (Types.NestedField old : current.columns()) {
        Types.NestedField now = fitted.findField(old.fieldId());
        if (!now.type().equals(old.type())) {
          widened.add(old.name());
        }
        if (now.isOptional() && old.isRequired()) {
          relaxed.add(old.name());
        }
      }
    }
    int before = current == null ? 0 : current.columns().size();
    for (Types.NestedField field : fitted.columns().subList(before, fitted.columns().size())) {
      added.add(field.name());
    }
    this.changed = !added.isEmpty() || !widened.isEmpty() || !relaxed.isEmpty();
    this.schema = changed || current == null ? fitted : current;
  }

  /**
   * Pure.
   *
   * @param current the table's schema; null for a table that is not there yet
   * @param lastColumnId the highest field id that the table ever had; new ids are above it
   */
  public static SchemaFit of(
      @Nullable Schema current, int lastColumnId, List<ObjectNode> rows, OnMismatch policy) {
    return new SchemaFit(current, lastColumnId, rows, policy);
  }

  /** The schema to write with: the current one itself unless {@link #changesSchema}. */
  public Schema schema() {
    return schema;
  }

  public boolean changesSchema() {
    return changed;
  }

  /** Names of the columns that are new, the rescue column too. */
  public List<String> addedColumns() {
    return List.copyOf(added);
  }

  /** Names of the columns that were {@code int} and are {@code long}. */
  public List<String> widenedColumns() {
    return List.copyOf(widened);
  }

  /** Names of the columns that were required and are optional. */
  public List<String> relaxedColumns() {
    return List.copyOf(relaxed);
  }

  /** How many values go into the rescue column; 0 with {@link OnMismatch#REJECT}. */
  public long rescuedValues() {
    return rescued;
  }

  /** Why the exchange is to be rejected; only with {@link OnMismatch#REJECT}. */
  public Optional<Mismatch> firstMismatch() {
    return Optional.ofNullable(firstMismatch);
  }

  /** The values that no column takes. */
  private record Misfits(long count, @Nullable Mismatch first) {
    static Misfits of(Schema schema, ColumnNames names, List<ObjectNode> rows) {
      TableFit table = new TableFit(schema);
      long count = 0;
      Mismatch first = null;
      for (int row = 0; row < rows.size(); row++) {
        for (Map.Entry<String, JsonNode> field : rows.get(row).properties()) {
          JsonNode value = field.getValue();
          if (!value.isNull() && table.misfits(field.getKey(), value)) {
            count += RescuedText.count(names.rescue(), field.getKey(), value);
            if (first == null) {
              first = mismatch(table, names, row, field.getKey(), value);
            }
          }
        }
      }
      return new Misfits(count, first);
    }

    private static Mismatch mismatch(
        TableFit table, ColumnNames names, int row, String name, JsonNode value) {
      TableFit.Column column = table.find(name);
      String refusal = column == null ? names.refusal(name) : null;
      String expected =
          column != null
              ? ValueFit.describe(column.field().type())
              : refusal != null
                  ? refusal
                  : value.isNumber() ? "number of 64 bits" : "text in Unicode";
      return new Mismatch(row, name, JsonText.shortened(value), expected);
    }
  }

  /** One pass over the rows of an exchange. */
  static final class Fitting {
    private final Map<String, Existing> existing = new LinkedHashMap<>();
    private final Map<String, NewColumn> created = new LinkedHashMap<>();
    private final Map<String, Type> types = new LinkedHashMap<>();
    private final ColumnNames names;
    private int rowCount;
    private boolean hasMisfits;

    Fitting(@Nullable Schema current) {
      List<Types.NestedField> fields = current == null ? List.of() : current.columns();
      this.names = new ColumnNames(fields);
      for (Types.NestedField field : fields) {
        if (!field.name().equals(names.rescue())) {
          existing.put(field.name(), new Existing(field));
        }
      }
    }

    void add(ObjectNode row) {
      rowCount++;
      for (Map.Entry<String, JsonNode> field : row.properties()) {
        if (!field.getValue().isNull()) {
          add(field.getKey(), field.getValue());
        }
      }
    }

    /** After the last row. */
    void end() {
      existing.forEach((name, column) -> hasMisfits |= column.misfits);
      created.forEach((name, column) -> hasMisfits |= column.hasMisfits());
      existing.forEach((name, column) -> types.put(name, column.type()));
      created.forEach((name, column) -> types.put(name, column.type()));
    }

    private void add(String name, JsonNode value) {
      Existing column = existing.get(name);
      if (column != null) {
        column.add(value);
        return;
      }
      NewColumn begun = created.get(name);
      if (begun != null) {
        begun.add(value);
        return;
      }
      NewColumn started = names.refusal(name) == null ? NewColumn.startedBy(value) : null;
      if (started == null) {
        hasMisfits = true;
      } else {
        names.take(name);
        created.put(name, started);
      }
    }

    /** True if there is a value that no column takes, or there would be no column at all. */
    boolean needsRescue() {
      return hasMisfits || types.isEmpty();
    }

    /** The types of all columns but the rescue column. */
    Map<String, Type> types() {
      return types;
    }

    Schema schema(@Nullable Schema current, int lastColumnId, boolean rescues) {
      List<Types.NestedField> fields = new ArrayList<>();
      Set<Integer> identifiers = new HashSet<>();
      int id = lastColumnId;
      boolean hasRescue = false;
      if (current != null) {
        identifiers.addAll(current.identifierFieldIds());
        id = Math.max(id, current.highestFieldId());
        for (Types.NestedField field : current.columns()) {
          boolean isRescue = field.name().equals(names.rescue());
          hasRescue |= isRescue;
          Existing column = existing.get(field.name());
          boolean filled = column != null && column.present == rowCount;
          Types.NestedField now =
              column == null ? field : Types.NestedField.from(field).ofType(column.type()).build();
          if (field.isRequired() && !filled) {
            now = now.asOptional();
            identifiers.remove(field.fieldId());
          }
          fields.add(now);
        }
      }
      for (Map.Entry<String, NewColumn> column : created.entrySet()) {
        fields.add(Types.NestedField.optional(++id, column.getKey(), column.getValue().type()));
      }
      if (rescues && !hasRescue) {
        fields.add(Types.NestedField.optional(++id, names.rescue(), Types.StringType.get()));
      }
      return new Schema(fields, identifiers);
    }
  }

  /** A column that the table has. */
  private static final class Existing {
    private final Types.NestedField field;
    private final ValueFit fit;
    private final @Nullable ValueFit widenedFit;
    private boolean widened;
    private boolean misfits;
    private int present;
    private @Nullable JsonNode last;
    private boolean lastFitted;

    Existing(Types.NestedField field) {
      this.field = field;
      this.fit = ValueFit.of(field.type());
      this.widenedFit =
          field.type().typeId() == Type.TypeID.INTEGER ? ValueFit.of(Types.LongType.get()) : null;
    }

    @SuppressWarnings("ReferenceEquality")
    void add(JsonNode value) {
      if (value != last) {
        last = value;
        lastFitted = fits(value);
      }
      if (lastFitted) {
        present++;
      } else {
        misfits = true;
      }
    }

    private boolean fits(JsonNode value) {
      if (fit.fits(value)) {
        return true;
      }
      boolean fitsWidened = widenedFit != null && widenedFit.fits(value);
      widened |= fitsWidened;
      return fitsWidened;
    }

    Type type() {
      return widened ? Types.LongType.get() : field.type();
    }
  }
}
