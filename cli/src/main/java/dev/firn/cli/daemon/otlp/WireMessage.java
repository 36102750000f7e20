package dev.firn.cli.daemon.otlp;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A message of Protocol Buffers as it lies in a body. Nothing of it is copied or decoded before it
 * is asked for, so that what a request takes in memory does not depend on how many messages its
 * bytes are cut into: an empty one is two bytes there and would be a hundred as an object.
 */
final class WireMessage {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int DELIMITED = 2;
  static final int FIXED32 = 5;

  private final byte[] bytes;
  private final int start;
  private final int end;

  WireMessage(byte[] bytes, int start, int end) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  int length() {
    return end - start;
  }

  Reader read() {
    return new Reader();
  }

  /**
   * Its fields one after the other. Each is taken with the method for its wire type, or skipped.
   * All throw {@link com.google.protobuf.InvalidProtocolBufferException} for what is no message.
   */
  final class Reader {
    private final CodedInputStream in = CodedInputStream.newInstance(bytes, start, end - start);
    private int tag;

    private Reader() {}

    /** Goes on to the next field; false at the end. */
    boolean next() throws IOException {
      tag = in.readTag();
      return tag != 0;
    }

    int field() {
      return tag >>> 3;
    }

    int wireType() {
      return tag & 7;
    }

    boolean isMessage(int field) {
      return field() == field && wireType() == DELIMITED;
    }

    void skip() throws IOException {
      in.skipField(tag);
    }

    /** What is in it, unread. */
    WireMessage message() throws IOException {
      int length = in.readRawVarint32();
      int from = start + in.getTotalBytesRead();
      in.skipRawBytes(length);
      return new WireMessage(bytes, from, from + length);
    }

    byte[] bytes() throws IOException {
      return in.readByteArray();
    }

    /**
     * @throws UnfitException if it is no UTF-8
     */
    String text() throws IOException {
      byte[] utf8 = in.readByteArray();
      String text = new String(utf8, StandardCharsets.UTF_8);
      if (text.indexOf('\uFFFD') >= 0
          && !Arrays.equals(text.getBytes(StandardCharsets.UTF_8), utf8)) {
        throw new UnfitException("a text is no UTF-8: \"" + Shown.of(text) + "\"");
      }
      return text;
    }

    long varint() throws IOException {
      return in.readRawVarint64();
    }

    long fixed64() throws IOException {
      return in.readRawLittleEndian64();
    }

    int fixed32() throws IOException {
      return in.readRawLittleEndian32();
    }
  }
}
