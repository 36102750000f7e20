package dev.firn.core.plain;

import java.util.Arrays;
import java.util.zip.CRC32C;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * An Avro file whose records have one schema that is known beforehand, told by its length and
 * checksum: no schema is parsed. Blocks are deflated or plain.
 */
final class AvroBlocks {
  private static final byte[] MAGIC = {'O', 'b', 'j', 1};
  private static final int MARKER_BYTES = 16;

  /** A schema, by what its text measures. */
  record Schema(int length, long checksum) {}

  /** Reads one record of a block. */
  interface RecordReader {
    void read(AvroInput input) throws UnusualException;
  }

  private AvroBlocks() {}

  /** Reads every record of a file. */
  static void read(byte[] file, Schema schema, RecordReader reader) throws UnusualException {
    AvroInput input = new AvroInput(file, 0, file.length);
    int magic = input.skip(MAGIC.length);
    UnusualException.unless(
        Arrays.equals(file, magic, MAGIC.length, MAGIC, 0, MAGIC.length), "no Avro file");
    boolean deflated = isDeflated(input, schema);
    int marker = input.skip(MARKER_BYTES);
    while (!input.isAtEnd()) {
      long records = input.number();
      long length = input.number();
      UnusualException.unless(records > 0, "a block without records");
      int start = input.skip(length);
      AvroInput block =
          deflated
              ? inflated(file, start, (int) length)
              : new AvroInput(file, start, start + (int) length);
      for (long i = 0; i < records; i++) {
        reader.read(block);
      }
      int end = input.skip(MARKER_BYTES);
      UnusualException.unless(
          block.isAtEnd()
              && Arrays.equals(file, marker, marker + MARKER_BYTES, file, end, end + MARKER_BYTES),
          "the end of a block");
    }
  }

  private static boolean isDeflated(AvroInput input, Schema schema) throws UnusualException {
    boolean deflated = false;
    boolean known = false;
    for (long entries = input.number(); entries != 0; entries = input.number()) {
      UnusualException.unless(entries > 0, "a block with its length");
      for (long i = 0; i < entries; i++) {
        String name = input.text();
        if (name.equals("avro.codec")) {
          String codec = input.text();
          deflated = codec.equals("deflate");
          UnusualException.unless(deflated || codec.equals("null"), codec);
        } else {
          long length = input.number();
          int start = input.skip(length);
          known |= name.equals("avro.schema") && isSchema(input, start, (int) length, schema);
        }
      }
    }
    UnusualException.unless(known, "another schema");
    return deflated;
  }

  private static boolean isSchema(AvroInput input, int start, int length, Schema schema) {
    CRC32C crc = new CRC32C();
    crc.update(input.bytes(), start, length);
    return length == schema.length() && crc.getValue() == schema.checksum();
  }

  private static AvroInput inflated(byte[] file, int start, int length) throws UnusualException {
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(file, start, length);
      byte[] bytes = new byte[Math.max(1024, length * 4)];
      int filled = 0;
      while (!inflater.finished()) {
        if (filled == bytes.length) {
          bytes = Arrays.copyOf(bytes, bytes.length * 2);
        }
        int more = inflater.inflate(bytes, filled, bytes.length - filled);
        UnusualException.unless(more > 0 || inflater.finished(), "a block that breaks off");
        filled += more;
      }
      UnusualException.unless(inflater.getRemaining() == 0, "more after a block");
      return new AvroInput(bytes, 0, filled);
    } catch (DataFormatException e) {
      throw new UnusualException("a block that cannot be inflated");
    } finally {
      inflater.end();
    }
  }
}
