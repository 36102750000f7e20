package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.firn.core.append.Appends;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskOutput;
import dev.firn.core.disk.LocalDisk;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What root does in the cache of somebody else leaves it that somebody's. */
@VerifiedAtTheEnd
class OwnerTest {
  private static final int OWNER = 4711;
  private static final int GROUP = 4712;

  @TempDir Path directory;
  private final Disk disk = new LocalDisk();
  private Path home;

  @BeforeEach
  void giveAwayTheDirectory() throws IOException {
    home = Files.createDirectory(directory.resolve("home"));
    try {
      give(home, OWNER, GROUP);
    } catch (IOException e) {
      assumeThat(e).as("only root gives files away").isNull();
    }
    Files.setAttribute(home, "unix:mode", 0750);
  }

  private static void give(Path path, int owner, int group) throws IOException {
    Files.setAttribute(path, "unix:uid", owner);
    Files.setAttribute(path, "unix:gid", group);
  }

  /** Owner, group and permissions of everything below a directory that differ from the owner's. */
  private static List<String> others(Path root) throws IOException {
    List<String> others = new ArrayList<>();
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.toList()) {
        int mode = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) ? 0750 : 0640;
        String access = access(path);
        if (!access.equals(OWNER + ":" + GROUP + " " + Integer.toOctalString(mode))) {
          others.add(root.relativize(path) + " " + access);
        }
      }
    }
    return others;
  }

  private static String access(Path path) throws IOException {
    Map<String, Object> found =
        Files.readAttributes(path, "unix:uid,gid,mode", LinkOption.NOFOLLOW_LINKS);
    return found.get("uid")
        + ":"
        + found.get("gid")
        + " "
        + Integer.toOctalString((int) found.get("mode") & 07777);
  }

  @Test
  void everythingThatRootMakesInACacheOfSomebodyElseBelongsToItsOwner() throws Exception {
    Path root = home.resolve("cache");
    Path cursor = root.resolve(Appends.PARTITION).resolve("cursor.json");
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append(Appends.exchange("a", 2));
      cache.publish();
      Appends.writer(cache).append(Appends.exchange("b", 2));
    }
    Passes passes = new Passes(disk, root);
    passes.forced();
    byte[] bytes = Files.readAllBytes(cursor);
    Files.write(cursor, new byte[0]);
    try (Cache cache = Appends.open(root)) {
      assertThat(Appends.writer(cache).append(Appends.exchange("c", 2)).held()).isTrue();
      assertThat(others(root)).isEmpty();
    }
    Files.write(cursor, bytes);
    passes.forced();

    assertThat(Appends.keys(disk, root)).contains("a/0", "b/1", "c/1");
    assertThat(root.resolve("maintenance/status.json")).exists();
    assertThat(root.resolve(".create.lock")).exists();
    assertThat(root.resolve("held")).exists();
    assertThat(others(root)).isEmpty();
  }

  @Test
  void aCursorThatIsReplacedKeepsItsMode() throws Exception {
    Path root = directory.resolve("cache");
    Path cursor = root.resolve(Appends.PARTITION).resolve("cursor.json");
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append(Appends.exchange("a", 2));
      cache.publish();
      Appends.writer(cache).append(Appends.exchange("b", 2));
    }
    Files.setAttribute(cursor, "unix:mode", 0604);
    String before = Files.readString(cursor);

    new Passes(disk, root).forced();

    assertThat(Files.readString(cursor)).isNotEqualTo(before);
    assertThat(access(cursor)).isEqualTo("0:0 604");
  }

  @Test
  void whatAnEarlierRunLeftToRootIsPutRightWhenItIsReplaced() throws Exception {
    Path root = home.resolve("cache");
    Path cursor = root.resolve(Appends.PARTITION).resolve("cursor.json");
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append(Appends.exchange("a", 2));
      cache.publish();
      Appends.writer(cache).append(Appends.exchange("b", 2));
    }
    give(cursor, 0, 0);

    new Passes(disk, root).forced();

    assertThat(others(root)).isEmpty();
  }

  @Test
  void aCursorOfAnotherGroupKeepsIt() throws Exception {
    Path root = home.resolve("cache");
    Path cursor = root.resolve(Appends.PARTITION).resolve("cursor.json");
    try (Cache cache = Appends.open(root)) {
      Appends.writer(cache).append(Appends.exchange("a", 2));
      cache.publish();
      Appends.writer(cache).append(Appends.exchange("b", 2));
    }
    give(cursor, OWNER, GROUP + 1);

    new Passes(disk, root).forced();

    assertThat(access(cursor)).isEqualTo(OWNER + ":" + (GROUP + 1) + " 640");
  }

  @Test
  void whatIsMadeWhereTheGroupIsInheritedIsInheritedFromToo() throws Exception {
    Files.setAttribute(home, "unix:mode", 02750);

    disk.createDirectory(home.resolve("made"));
    try (DiskOutput output = disk.create(home.resolve("file"))) {
      output.sync();
    }

    assertThat(access(home.resolve("made"))).isEqualTo(OWNER + ":" + GROUP + " 2750");
    assertThat(access(home.resolve("file"))).isEqualTo(OWNER + ":" + GROUP + " 640");
  }

  @Test
  void inADirectoryOfRootThingsAreMadeAsUsual() throws Exception {
    Path usual = Files.createFile(directory.resolve("usual"));
    try (DiskOutput output = disk.create(directory.resolve("file"))) {
      output.sync();
    }
    disk.createDirectory(directory.resolve("made"));
    Path usualDirectory = Files.createDirectory(directory.resolve("usual-directory"));

    assertThat(access(directory.resolve("file"))).isEqualTo(access(usual));
    assertThat(access(directory.resolve("made"))).isEqualTo(access(usualDirectory));
  }

  @Test
  void namesThatAreTakenAreRefusedInADirectoryOfSomebodyElseToo() throws Exception {
    Path file = Files.writeString(home.resolve("file"), "x");
    Path made = Files.createDirectory(home.resolve("made"));

    assertThatThrownBy(() -> disk.create(file)).isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> disk.createDirectory(made))
        .isInstanceOf(FileAlreadyExistsException.class);
    try (Stream<Path> names = Files.list(home)) {
      assertThat(names).containsExactlyInAnyOrder(file, made);
    }
    assertThat(file).hasContent("x");
  }
}
