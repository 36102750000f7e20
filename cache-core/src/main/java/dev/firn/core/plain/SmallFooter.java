package dev.firn.core.plain;

import dev.firn.core.parquet.GatheredFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The footer of a Parquet file of one row group and of columns that are not nested.
 *
 * @param head the footer's bytes up to the end of the schema
 * @param columns as the schema has them
 * @param rows more than none
 * @param chunks one for each column
 */
record SmallFooter(
    byte[] head, List<GatheredFile.Column> columns, int rows, List<SmallFooter.Chunk> chunks) {
  static final SmallFooter NONE = new SmallFooter(new byte[0], List.of(), 0, List.of());

  private static final int SCHEMA = 2;
  private static final int ROWS = 3;
  private static final int ROW_GROUPS = 4;
  private static final int LAST = 7; // of the footer's fields; what follows is of encryption

  private static final int OPTIONAL = 1;
  private static final int REPEATED = 2;

  SmallFooter {
    columns = List.copyOf(columns);
    chunks = List.copyOf(chunks);
  }

  /**
   * Where the pages of a column are.
   *
   * @param start of the first one, from the file's start
   * @param bytes of all
   * @param codec by its number in Parquet's format
   */
  record Chunk(long start, long bytes, int codec) {}

  /**
   * @param last the one of another file; if its head is the same, its columns are taken
   */
  static SmallFooter parse(byte[] bytes, int start, int end, SmallFooter last)
      throws UnusualException {
    ThriftInput input = new ThriftInput(bytes, start, end);
    Parsing parsing = new Parsing(input);
    byte[] head = last.head();
    boolean same =
        head.length > 0
            && head.length < end - start
            && Arrays.equals(bytes, start, start + head.length, head, 0, head.length);
    if (same) {
      parsing.columns = last.columns();
      input.skipBytes(head.length);
      input.structAfter(SCHEMA, parsing::field);
    } else {
      input.struct(parsing::field);
      UnusualException.unless(parsing.headEnd > start, "no schema");
      head = Arrays.copyOfRange(bytes, start, parsing.headEnd);
    }
    UnusualException.unless(input.isAtEnd(), "more than a footer");
    UnusualException.unless(
        parsing.rows > 0 && parsing.rows <= Integer.MAX_VALUE && parsing.groups == 1,
        "other row groups than one");
    return new SmallFooter(head, parsing.columns, (int) parsing.rows, parsing.chunks);
  }

  /** What has been found so far. */
  private static final class Parsing {
    final ThriftInput input;
    int headEnd;
    long rows = -1;
    int groups;
    List<GatheredFile.Column> columns = List.of();
    final List<Chunk> chunks = new ArrayList<>();

    Parsing(ThriftInput input) {
      this.input = input;
    }

    void field(int field, int type) throws UnusualException {
      UnusualException.unless(field <= LAST, "encryption");
      if (field == SCHEMA && type == ThriftInput.LIST) {
        UnusualException.unless(headEnd == 0, "a second schema");
        schema();
        headEnd = input.position();
      } else if (field == ROWS && type == ThriftInput.I64) {
        rows = input.number();
      } else if (field == ROW_GROUPS && type == ThriftInput.LIST) {
        groups += input.list(ThriftInput.STRUCT, index -> rowGroup());
      } else {
        UnusualException.unless(field > ROW_GROUPS || headEnd == 0, "another order");
        input.skip(type);
      }
    }

    private void schema() throws UnusualException {
      List<GatheredFile.Column> found = new ArrayList<>();
      input.list(
          ThriftInput.STRUCT,
          index -> {
            if (index == 0) {
              input.skip(ThriftInput.STRUCT);
            } else {
              found.add(column());
            }
          });
      UnusualException.unless(!found.isEmpty(), "no columns");
      columns = found;
    }

    private GatheredFile.Column column() throws UnusualException {
      int[] numbers = {-1, -1, -1}; // type, bytes of a fixed length, repetition
      byte[][] name = {new byte[0]};
      input.struct(
          (field, type) -> {
            UnusualException.unless(field != 5, "a column in a column");
            if (field <= numbers.length && type == ThriftInput.I32) {
              numbers[field - 1] = (int) input.number();
            } else if (field == 4 && type == ThriftInput.BINARY) {
              name[0] = input.binary();
            } else {
              input.skip(type);
            }
          });
      UnusualException.unless(numbers[2] >= 0 && numbers[2] < REPEATED, "a repeated column");
      return new GatheredFile.Column(
          name[0], numbers[0], valueBytes(numbers[0], numbers[1]), numbers[2] == OPTIONAL);
    }

    private static int valueBytes(int type, int fixedBytes) throws UnusualException {
      UnusualException.unless(type != 7 || fixedBytes > 0, "a length");
      return switch (type) {
        case 0, 6 -> GatheredFile.Column.VARIABLE; // bits, and lengths with bytes
        case 1, 4 -> Integer.BYTES;
        case 2, 5 -> Long.BYTES;
        case 3 -> 12;
        case 7 -> fixedBytes;
        default -> throw new UnusualException("a type");
      };
    }

    private void rowGroup() throws UnusualException {
      long[] groupRows = {-1};
      input.struct(
          (field, type) -> {
            if (field == 1 && type == ThriftInput.LIST) {
              input.list(ThriftInput.STRUCT, this::chunk);
            } else if (field == 3 && type == ThriftInput.I64) {
              groupRows[0] = input.number();
            } else {
              input.skip(type);
            }
          });
      UnusualException.unless(groupRows[0] == rows, "rows in no row group");
      UnusualException.unless(chunks.size() == columns.size(), "other columns");
    }

    private void chunk(int index) throws UnusualException {
      UnusualException.unless(index < columns.size() && index == chunks.size(), "other columns");
      GatheredFile.Column column = columns.get(index);
      boolean[] described = {false};
      input.struct(
          (field, type) -> {
            // 1 is another file, 8 and 9 are of encryption
            UnusualException.unless(field > 1 && field < 8, "a column elsewhere");
            if (field == 3 && type == ThriftInput.STRUCT) {
              chunks.add(described(column));
              described[0] = true;
            } else {
              input.skip(type);
            }
          });
      UnusualException.unless(described[0], "a column without a description");
    }

    private Chunk described(GatheredFile.Column column) throws UnusualException {
      long[] numbers = new long[12]; // by field
      Arrays.fill(numbers, -1);
      input.struct(
          (field, type) -> {
            if (field < numbers.length && (type == ThriftInput.I32 || type == ThriftInput.I64)) {
              numbers[field] = input.number();
            } else if (field == 3 && type == ThriftInput.LIST) {
              int names =
                  input.list(
                      ThriftInput.BINARY,
                      index ->
                          UnusualException.unless(
                              Arrays.equals(input.binary(), column.name()), "another name"));
              UnusualException.unless(names == 1, "a column in a column");
            } else {
              input.skip(type);
            }
          });
      UnusualException.unless(numbers[1] == column.type() && numbers[5] == rows, "other values");
      UnusualException.unless(numbers[4] == 0 || numbers[4] == 6, "another codec");
      long start = numbers[11] > 0 ? Math.min(numbers[11], numbers[9]) : numbers[9];
      return new Chunk(start, numbers[7], (int) numbers[4]);
    }
  }
}
