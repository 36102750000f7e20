package dev.firn.core.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Whose a file is, and who may do what with it.
 *
 * <p>What root makes in a directory of somebody else is to be that somebody's: else one {@code sudo
 * firn} would leave lock files and cursors in a cache that its owner can no longer open. So it gets
 * the owner and group of the directory, and the directory's mode (without the right to execute, if
 * it is a file) instead of what root's own umask says. It gets them before it has its name: a kill
 * in between leaves a temporary name and nothing that is in the way.
 */
record Access(int owner, int group, int mode) {
  private static final String ATTRIBUTES = "unix:uid,gid,mode";
  private static final int ROOT = 0;
  private static final int PERMISSIONS = 0777;
  private static final int FILE_PERMISSIONS = 0666;

  /** New entries of a directory that has this bit get its group, and new directories the bit. */
  private static final int SET_GROUP = 02000;

  /** Who this process is to the file system: its own entry there belongs to that user. */
  private static final Path SELF = Path.of("/proc/self");

  private static final boolean AS_ROOT = isRoot();

  private static boolean isRoot() {
    try {
      return Objects.equals(Files.getAttribute(SELF, "unix:uid"), ROOT);
    } catch (IOException | UnsupportedOperationException e) {
      return "root".equals(System.getProperty("user.name"));
    }
  }

  /** Of what stands at a path; a symbolic link is not followed. */
  static Access of(Path path) throws IOException {
    return read(path, LinkOption.NOFOLLOW_LINKS);
  }

  private static Access read(Path path, LinkOption... links) throws IOException {
    Map<String, Object> attributes = Files.readAttributes(path, ATTRIBUTES, links);
    return new Access(
        (int) Objects.requireNonNull(attributes.get("uid")),
        (int) Objects.requireNonNull(attributes.get("gid")),
        (int) Objects.requireNonNull(attributes.get("mode")));
  }

  /** Of a file that is about to be made at a path; empty if it is right as it comes. */
  static Optional<Access> ofNewFile(Path file) throws IOException {
    return ofNew(file)
        .map(parent -> new Access(parent.owner, parent.group, parent.mode & FILE_PERMISSIONS));
  }

  /** Of a directory that is about to be made at a path; empty if it is right as it comes. */
  static Optional<Access> ofNewDirectory(Path directory) throws IOException {
    return ofNew(directory)
        .map(
            parent ->
                new Access(parent.owner, parent.group, parent.mode & (PERMISSIONS | SET_GROUP)));
  }

  private static Optional<Access> ofNew(Path path) throws IOException {
    Path parent = path.toAbsolutePath().getParent();
    if (!AS_ROOT || parent == null) {
      return Optional.empty();
    }
    return Optional.of(read(parent)).filter(access -> access.owner != ROOT);
  }

  void give(Path path) throws IOException {
    Files.setAttribute(path, "unix:uid", owner);
    Files.setAttribute(path, "unix:gid", group);
    Files.setAttribute(path, "unix:mode", mode);
  }

  /**
   * Gives a file the mode of another one, and as root its owner and group, unless that is root too:
   * what an earlier {@code sudo} left behind is put right.
   */
  static void copy(Path from, Path to) throws IOException {
    Access wanted = of(from);
    Access found = of(to);
    int mode = wanted.mode & PERMISSIONS;
    if (AS_ROOT
        && wanted.owner != ROOT
        && (wanted.owner != found.owner || wanted.group != found.group)) {
      new Access(wanted.owner, wanted.group, mode).give(to);
    } else if (mode != (found.mode & PERMISSIONS)) {
      Files.setAttribute(to, "unix:mode", mode);
    }
  }
}
