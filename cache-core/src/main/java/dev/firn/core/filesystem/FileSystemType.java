package dev.firn.core.filesystem;

import java.util.Locale;
import java.util.Set;

/** What the operating system's word for a file system tells about it. */
enum FileSystemType {
  /** Of one machine, with links, locks, atomic renames and syncs of directories. */
  LOCAL,
  /** Shared between machines: what one of them locks or renames another need not see. */
  NETWORK,
  /** In the hands of a program, whose end loses what it was told to sync. */
  USER_SPACE,
  /** To be tried. */
  UNKNOWN;

  private static final Set<String> LOCAL_NAMES =
      Set.of(
          "apfs",
          "bcachefs",
          "btrfs",
          "ext2",
          "ext3",
          "ext4",
          "f2fs",
          "hfs",
          "jfs",
          "overlay",
          "ramfs",
          "reiserfs",
          "tmpfs",
          "ubifs",
          "ufs",
          "xfs",
          "zfs");

  private static final Set<String> NETWORK_NAMES =
      Set.of(
          "9p", "afpfs", "afs", "cifs", "davfs", "drvfs", "ncpfs", "ncp", "prl_fs", "vboxsf",
          "vmhgfs", "webdav");

  private static final String FUSE = "fuse";

  /** The root of containers that no administrator runs; a layer over a local file system. */
  private static final String FUSE_OVERLAY = "fuse.fuse-overlayfs";

  /**
   * @param name as in the table of mounts: {@code ext4}, {@code nfs4}, {@code fuse.sshfs}
   */
  static FileSystemType of(String name) {
    String type = name.toLowerCase(Locale.ROOT);
    if (LOCAL_NAMES.contains(type)) {
      return LOCAL;
    }
    if (NETWORK_NAMES.contains(type)
        || type.startsWith("nfs")
        || type.startsWith("smb")
        || type.endsWith(".sshfs")
        || type.equals("sshfs")) {
      return NETWORK;
    }
    if (type.equals(FUSE_OVERLAY)) {
      return UNKNOWN;
    }
    return type.equals("fuseblk")
            || type.equals(FUSE)
            || type.startsWith(FUSE + ".")
            || type.endsWith(FUSE)
        ? USER_SPACE
        : UNKNOWN;
  }
}
