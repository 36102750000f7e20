package dev.firn.cli.append;

import dev.firn.cli.failure.UsageException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.LongConsumer;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Where lines are from.
 *
 * @param name for people
 * @param file null for stdin
 * @param isPipe true if lines arrive over time: stdin, a named pipe
 * @param bytes of a file on the disk, else 0
 */
record Input(String name, @Nullable Path file, boolean isPipe, long bytes) {
  private static final int BLOCK_BYTES = 1 << 16;

  static Input stdin() {
    return new Input("stdin", null, true, 0);
  }

  /**
   * @throws UsageException if there is no such file, or it is a directory
   * @throws IOException if it may not be read
   */
  static Input file(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new UsageException(file + ": expected a file with lines of JSON, found a directory");
    }
    if (!Files.exists(file)) {
      throw new UsageException(file + ": no such file; nothing was appended");
    }
    if (!Files.isReadable(file)) {
      throw new java.nio.file.AccessDeniedException(file.toString());
    }
    boolean regular = Files.isRegularFile(file);
    return new Input(file.toString(), file, !regular, regular ? Files.size(file) : 0);
  }

  private boolean isCompressed() {
    return file != null && file.toString().toLowerCase(Locale.ROOT).endsWith(".gz");
  }

  /** How its lines make exchanges unless somebody says otherwise. */
  ExchangeSize exchangeSize() {
    return isPipe && !isCompressed() ? ExchangeSize.ofPipe() : ExchangeSize.ofFile();
  }

  /**
   * Opens it.
   *
   * @param stdin the process's
   * @param pipes told of a pipe that can be stopped
   * @param bytesRead told of bytes that were read, as they lie in the file
   */
  InputStream open(
      InputStream stdin, java.util.function.Consumer<PipeInput> pipes, LongConsumer bytesRead)
      throws IOException {
    InputStream in = file == null ? stdin : new Counting(Files.newInputStream(file), bytesRead);
    if (isPipe) {
      PipeInput pipe = new PipeInput(in);
      pipes.accept(pipe);
      pipe.start();
      in = pipe;
    }
    return isCompressed() ? new GZIPInputStream(in, BLOCK_BYTES) : in;
  }

  private static final class Counting extends FilterInputStream {
    private final LongConsumer bytesRead;

    Counting(InputStream in, LongConsumer bytesRead) {
      super(in);
      this.bytesRead = bytesRead;
    }

    @Override
    public int read() throws IOException {
      int b = super.read();
      bytesRead.accept(b < 0 ? 0 : 1);
      return b;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count = super.read(target, offset, length);
      bytesRead.accept(Math.max(0, count));
      return count;
    }
  }
}
