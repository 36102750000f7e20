package dev.firn.core.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The local file system of a POSIX machine. */
public final class LocalDisk implements Disk {
  private static final Set<PosixFilePermission> OWNERS =
      PosixFilePermissions.fromString("rwx------");

  private static final String ATTRIBUTES = "unix:mode,size,lastModifiedTime,fileKey,nlink";

  /**
   * Most bytes handed to one system call. The JDK copies a heap buffer through a direct one of the
   * same size and keeps that for the thread: a 128 MB read would cost 128 MB for good.
   */
  private static final int CALL_BYTES = 1 << 20;

  private static final int MODE_KIND = 0170000;
  private static final int MODE_FILE = 0100000;
  private static final int MODE_DIRECTORY = 0040000;
  private static final int MODE_LINK = 0120000;

  @Override
  public byte[] read(Path file) throws IOException {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw named(file, e);
    }
  }

  @Override
  public DiskInput open(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return new ChannelInput(file, channel, channel.size());
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public DiskOutput create(Path file) throws IOException {
    Optional<Access> access = Access.ofNewFile(file);
    if (access.isEmpty()) {
      return new ChannelOutput(file, newFile(file));
    }
    Path temporary = DurableFiles.temporaryBeside(file);
    FileChannel channel = newFile(temporary);
    try {
      try {
        access.get().give(temporary);
        Files.createLink(file, temporary);
      } finally {
        Files.delete(temporary);
      }
      return new ChannelOutput(file, channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static FileChannel newFile(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    if (Files.isSymbolicLink(directory)) {
      throw new NotDirectoryException(directory + " (a symbolic link)");
    }
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        names.add(Objects.requireNonNull(entry.getFileName()).toString());
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    names.sort(null);
    return List.copyOf(names);
  }

  @Override
  public Optional<FileStat> stat(Path path) throws IOException {
    Map<String, Object> attributes;
    try {
      attributes = Files.readAttributes(path, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (FileSystemException e) {
      if (isBelowAFile(path)) {
        return Optional.empty();
      }
      throw e;
    }
    FileStat.Kind kind = kind((int) Objects.requireNonNull(attributes.get("mode")));
    return Optional.of(
        new FileStat(
            kind,
            kind == FileStat.Kind.FILE ? (long) Objects.requireNonNull(attributes.get("size")) : 0,
            ((FileTime) Objects.requireNonNull(attributes.get("lastModifiedTime"))).toInstant(),
            Objects.requireNonNull(attributes.get("fileKey")),
            (int) Objects.requireNonNull(attributes.get("nlink"))));
  }

  @Override
  public boolean isDirectory(Path path) throws IOException {
    Optional<BasicFileAttributes> attributes = attributes(path);
    return attributes.isPresent() && attributes.get().isDirectory();
  }

  @Override
  public boolean isFile(Path path) throws IOException {
    Optional<BasicFileAttributes> attributes = attributes(path);
    return attributes.isPresent() && attributes.get().isRegularFile();
  }

  /** Without an exception for a name that is not there, which costs more than the look. */
  @Override
  public boolean exists(Path path) {
    return Files.exists(path);
  }

  @Override
  public Optional<Object> identity(Path path) throws IOException {
    return attributes(path).map(BasicFileAttributes::fileKey);
  }

  private static Optional<BasicFileAttributes> attributes(Path path) throws IOException {
    try {
      return Optional.of(
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (FileSystemException e) {
      if (isBelowAFile(path)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static boolean isBelowAFile(Path path) {
    for (Path above = path.getParent(); above != null; above = above.getParent()) {
      if (Files.exists(above)) {
        return !Files.isDirectory(above);
      }
    }
    return false;
  }

  /** The channels of the JDK do not say which file they are of. */
  private static IOException named(Path file, IOException error) {
    if (error instanceof FileSystemException || error instanceof ClosedChannelException) {
      return error;
    }
    FileSystemException named = new FileSystemException(file.toString(), null, error.getMessage());
    named.initCause(error);
    return named;
  }

  private static FileStat.Kind kind(int mode) {
    return switch (mode & MODE_KIND) {
      case MODE_FILE -> FileStat.Kind.FILE;
      case MODE_DIRECTORY -> FileStat.Kind.DIRECTORY;
      case MODE_LINK -> FileStat.Kind.SYMBOLIC_LINK;
      default -> FileStat.Kind.OTHER;
    };
  }

  /** Creates a directory that nobody but this user may look into, whatever is put there. */
  public void createPrivateDirectory(Path directory) throws IOException {
    try {
      Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNERS));
    } catch (UnsupportedOperationException e) {
      Files.createDirectory(directory); // no POSIX: the file system's own rules hold
    }
  }

  @Override
  public void createDirectory(Path directory) throws IOException {
    Optional<Access> access = Access.ofNewDirectory(directory);
    if (access.isEmpty()) {
      Files.createDirectory(directory);
      return;
    }
    if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(directory.toString());
    }
    Path temporary = DurableFiles.temporaryBeside(directory);
    Files.createDirectory(temporary);
    try {
      access.get().give(temporary);
      Files.move(temporary, directory, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.delete(temporary);
      if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileAlreadyExistsException(directory.toString());
      }
      throw e;
    }
  }

  @Override
  public void copyAccess(Path from, Path to) throws IOException {
    Access.copy(from, to);
  }

  @Override
  public void link(Path existing, Path name) throws IOException {
    Files.createLink(name, existing);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void delete(Path path) throws IOException {
    Files.delete(path);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      throw named(directory, e);
    }
  }

  @Override
  public long usableBytes(Path path) throws IOException {
    return Files.getFileStore(path).getUsableSpace();
  }

  @Override
  public String fileSystem(Path path) {
    try {
      return Files.getFileStore(path).type();
    } catch (IOException e) {
      return ""; // in a changed root the table of mounts may not name it
    }
  }

  @Override
  public Optional<DiskLock> tryLock(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS); // the registry knows files, and a link is another one
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    if (lock == null) {
      channel.close();
      return Optional.empty();
    }
    return Optional.of(new ChannelLock(channel, lock));
  }

  private record ChannelInput(Path file, FileChannel channel, long size) implements DiskInput {
    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      int limit = target.limit();
      target.limit(target.position() + Math.min(target.remaining(), CALL_BYTES));
      try {
        return channel.read(target, position);
      } catch (IOException e) {
        throw named(file, e);
      } finally {
        target.limit(limit);
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private record ChannelLock(FileChannel channel, FileLock lock) implements DiskLock {
    @Override
    public boolean isValid() {
      return lock.isValid();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private static final class ChannelOutput implements DiskOutput {
    private final Path file;
    private final FileChannel channel;
    private long position;

    ChannelOutput(Path file, FileChannel channel) {
      this.file = file;
      this.channel = channel;
    }

    @Override
    public long position() {
      return position;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      int end = offset + length;
      for (int at = offset; at < end; ) {
        int written;
        try {
          written = channel.write(ByteBuffer.wrap(bytes, at, Math.min(end - at, CALL_BYTES)));
        } catch (IOException e) {
          throw named(file, e);
        }
        at += written;
        position += written;
      }
    }

    @Override
    public void sync() throws IOException {
      try {
        channel.force(true);
      } catch (IOException e) {
        throw named(file, e);
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
