package dev.firn.maintenance.reserve;

import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskOutput;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.FileStat;
import dev.firn.core.layout.CacheDirectory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;

/**
 * {@code maintenance/reserve.bin}: a file that means nothing and takes room, so that a pass on a
 * full disk can write what it takes to drop rows and to remove generations: notes, the metadata of
 * a new generation, a cursor. A pass that finds the disk full removes it first; a later one that
 * finds plenty of room makes it anew.
 *
 * <p>It takes an eighth of the live data files, 32 MB at most; a cache of less than 2 MB has none.
 * Its bytes are random ones, so that a file system that compresses gives it its whole size. Nothing
 * is ever read from it: it is no part of a backup, and whoever removes it does no harm. Made under
 * a temporary name: killed meanwhile, that is left, which the sweep of the notes removes. Passes of
 * two processes may both make or remove it, with the same outcome.
 *
 * <p>It is no promise: other programs, and appends, may be faster to use what it gave up.
 */
public final class Reserve {
  private static final String FILE = "reserve.bin";
  private static final long LARGEST_BYTES = 32L << 20;
  private static final long LEAST_BYTES = 256L << 10;
  private static final int CHUNK_BYTES = 64 << 10;

  private final Disk disk;
  private final CacheDirectory cache;

  public Reserve(Disk disk, CacheDirectory cache) {
    this.disk = disk;
    this.cache = cache;
  }

  /** True for the file's name in {@code maintenance/}. */
  public static boolean isName(String name) {
    return name.equals(FILE);
  }

  /** What it takes now; 0 if there is none. */
  public long bytes() throws IOException {
    return disk.stat(file()).filter(FileStat::isFile).map(FileStat::sizeBytes).orElse(0L);
  }

  /** How it is with it. */
  public enum State {
    /** It is there, and large enough. */
    PRESENT("present"),
    /** The cache is too small to need one. */
    NOT_NEEDED("not needed"),
    /** It was given up, or cannot be made, or not as large as it should be. */
    NO_ROOM("no room"),
    /** There is room for it: the next pass makes it. */
    NOT_MADE("not made");

    private final String text;

    State(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  /**
   * @param liveBytes of all live data files
   * @param minFreeBytes so much is to stay free in any case
   */
  public State state(long liveBytes, long minFreeBytes) throws IOException {
    long wanted = wanted(liveBytes);
    if (wanted < LEAST_BYTES) {
      return State.NOT_NEEDED;
    }
    if (bytes() >= wanted / 2) {
      return State.PRESENT;
    }
    return disk.usableBytes(cache.root()) < 2 * minFreeBytes + 16 * wanted
        ? State.NO_ROOM
        : State.NOT_MADE;
  }

  private static long wanted(long liveBytes) {
    return Math.min(LARGEST_BYTES, liveBytes / 8);
  }

  /**
   * Gives it up if less than its own size is free.
   *
   * @return how many bytes that gave back
   */
  public long giveUpIfFull() throws IOException {
    long bytes = bytes();
    if (bytes == 0 || disk.usableBytes(cache.root()) >= bytes) {
      return 0;
    }
    try {
      disk.delete(file());
    } catch (NoSuchFileException e) {
      return 0; // another pass was first
    }
    disk.syncDirectory(cache.maintenance());
    return bytes;
  }

  /**
   * Makes it, or a larger one, if so much is free that nobody will miss it.
   *
   * @param liveBytes of all live data files
   * @param minFreeBytes so much is to stay free in any case
   */
  public void makeIfPlenty(long liveBytes, long minFreeBytes) throws IOException {
    if (state(liveBytes, minFreeBytes) != State.NOT_MADE) {
      return;
    }
    long wanted = wanted(liveBytes);
    Path temporary = DurableFiles.temporaryBeside(file());
    try {
      write(temporary, wanted);
      disk.rename(temporary, file());
    } catch (IOException e) {
      try {
        disk.delete(temporary);
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
    disk.syncDirectory(Objects.requireNonNull(file().getParent()));
  }

  private void write(Path path, long bytes) throws IOException {
    Random random = new Random(bytes);
    byte[] chunk = new byte[CHUNK_BYTES];
    try (DiskOutput output = disk.create(path)) {
      for (long left = bytes; left > 0; left -= chunk.length) {
        random.nextBytes(chunk);
        output.write(chunk, 0, Math.toIntExact(Math.min(left, chunk.length)));
      }
      output.sync();
    }
  }

  private Path file() {
    return cache.maintenance().resolve(FILE);
  }
}
