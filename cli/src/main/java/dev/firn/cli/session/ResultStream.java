package dev.firn.cli.session;

import dev.firn.cli.failure.OutputClosedException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Stdout: tells a reader who has gone from a disk that is full, and has what is on the terminal
 * beside it erased first.
 */
final class ResultStream extends FilterOutputStream {
  private final Runnable beforeWriting;

  ResultStream(OutputStream out, Runnable beforeWriting) {
    super(out);
    this.beforeWriting = beforeWriting;
  }

  @Override
  public void write(int b) throws IOException {
    beforeWriting.run();
    try {
      out.write(b);
    } catch (IOException e) {
      throw closedOr(e);
    }
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    beforeWriting.run();
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      throw closedOr(e);
    }
  }

  @Override
  public void flush() throws IOException {
    try {
      out.flush();
    } catch (IOException e) {
      throw closedOr(e);
    }
  }

  private static IOException closedOr(IOException error) {
    String message = String.valueOf(error.getMessage());
    boolean closed = message.contains("Broken pipe") || message.contains("Connection reset");
    return closed ? new OutputClosedException(error) : error;
  }
}
