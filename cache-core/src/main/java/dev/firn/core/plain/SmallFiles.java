package dev.firn.core.plain;

import dev.firn.core.disk.Disk;
import dev.firn.core.parquet.GatheredFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives a reader who has to open thousands of small Parquet files a few others with the same rows
 * in the same order: opening a file costs it more than what such a file holds.
 *
 * <p>Files that follow each other and have the same schema are gathered in one. What cannot be read
 * here, or is not as Firn lands it, stays as it is: the reader then says what is wrong with it.
 *
 * <p>For one thread.
 */
public final class SmallFiles implements Closeable {
  /** Fewer are not worth a file. */
  private static final int FEWEST = 16;

  private final Disk target;
  private final SmallFile file;
  private final Names names;
  private long bytesLeft;

  /** Gives names that nothing has, in a directory that is there. */
  @FunctionalInterface
  public interface Names {
    Path next() throws IOException;
  }

  /**
   * @param source where the small files are
   * @param target where others are made
   * @param mostBytes that they may take together, about
   */
  public SmallFiles(Disk source, Disk target, Names names, long mostBytes) {
    this.target = target;
    this.file = new SmallFile(source);
    this.names = names;
    this.bytesLeft = mostBytes;
  }

  /**
   * Files with the rows of these, in their order.
   *
   * @throws IOException if a file cannot be written; what was written is of no use
   */
  public List<Path> gather(List<Path> files) throws IOException {
    List<Path> gathered = new ArrayList<>();
    int next = 0;
    while (next < files.size()) {
      next = bytesLeft > 0 ? run(files, next, gathered) : rest(files, next, gathered);
    }
    return gathered;
  }

  private static int rest(List<Path> files, int first, List<Path> gathered) {
    gathered.addAll(files.subList(first, files.size()));
    return files.size();
  }

  /**
   * Takes as many as go together.
   *
   * @return the first one that was not taken
   */
  private int run(List<Path> files, int first, List<Path> gathered) throws IOException {
    Path name = names.next();
    try (GatheredFile together = new GatheredFile(target, name)) {
      int end = first;
      boolean usual = true;
      boolean same = true;
      while (end < files.size() && usual && same && together.bytes() < bytesLeft) {
        usual = isRead(files.get(end));
        same = usual && file.appendTo(together);
        end += same ? 1 : 0;
      }
      if (end - first >= FEWEST) {
        together.finish();
        bytesLeft -= together.bytes();
        gathered.add(name);
      } else {
        gathered.addAll(files.subList(first, end));
      }
      if (!usual) {
        gathered.add(files.get(end++));
      }
      return end;
    }
  }

  private boolean isRead(Path path) {
    try {
      file.read(path);
      return true;
    } catch (UnusualException | IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
