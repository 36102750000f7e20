package dev.firn.core.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Call;
import dev.firn.core.testing.RecordingDisk.Killed;
import dev.firn.core.testing.RecordingDisk.Kind;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurableFilesTest {
  private static final String OLD = "old content";
  private static final String NEW = "new content, and longer than the old one";

  @TempDir Path directory;

  @Test
  void replaceSyncsTheBytesBeforeTheyGetTheNameAndTheNameAfterwards() throws IOException {
    RecordingDisk disk = new RecordingDisk();
    DurableFiles.replace(disk, target(), NEW.getBytes(UTF_8));
    assertThat(kinds(disk))
        .containsExactly(Kind.CREATE, Kind.WRITE, Kind.SYNC, Kind.RENAME, Kind.SYNC_DIRECTORY);
    assertThat(disk.calls().get(3)).isEqualTo(new Call(Kind.RENAME, target()));
    assertThat(disk.calls().get(4)).isEqualTo(new Call(Kind.SYNC_DIRECTORY, directory));
    assertThat(target()).hasContent(NEW);
    assertThat(names()).containsExactly("target.json");
  }

  @Test
  void createSyncsTheBytesBeforeTheyGetTheNameAndTheNameAfterwards() throws IOException {
    RecordingDisk disk = new RecordingDisk();
    DurableFiles.create(disk, target(), NEW.getBytes(UTF_8));
    assertThat(kinds(disk))
        .containsExactly(
            Kind.CREATE, Kind.WRITE, Kind.SYNC, Kind.LINK, Kind.DELETE, Kind.SYNC_DIRECTORY);
    assertThat(disk.calls().get(3)).isEqualTo(new Call(Kind.LINK, target()));
    assertThat(disk.calls().get(5)).isEqualTo(new Call(Kind.SYNC_DIRECTORY, directory));
    assertThat(target()).hasContent(NEW);
    assertThat(names()).containsExactly("target.json");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void replaceKilledAfterAnyStepLeavesTheOldContentOrTheNew(boolean powerLoss) throws IOException {
    long steps = Long.MAX_VALUE;
    for (long kill = 0; kill <= steps; kill++) {
      Path here = Files.createDirectory(directory.resolve("kill-" + kill));
      Path target = Files.writeString(here.resolve("target.json"), OLD);
      RecordingDisk disk = new RecordingDisk();
      if (powerLoss) {
        disk.rememberForPowerLoss(Files.createDirectory(directory.resolve("side-" + kill)));
      }
      disk.killAfter(kill);
      boolean returned = returns(() -> DurableFiles.replace(disk, target, NEW.getBytes(UTF_8)));
      if (powerLoss) {
        disk.losePower();
      }
      if (returned) {
        steps = kill;
        assertThat(target).as("durable once it has returned").hasContent(NEW);
      }
      assertThat(Files.readString(target)).as("killed after %d", kill).isIn(OLD, NEW);
      assertThat(names(here))
          .allMatch(name -> name.equals("target.json") || DurableFiles.isTemporary(name));
    }
    assertThat(steps).isEqualTo(5);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void createKilledAfterAnyStepLeavesNothingOrTheWholeFile(boolean powerLoss) throws IOException {
    long steps = Long.MAX_VALUE;
    for (long kill = 0; kill <= steps; kill++) {
      Path here = Files.createDirectory(directory.resolve("kill-" + kill));
      Path target = here.resolve("target.json");
      RecordingDisk disk = new RecordingDisk();
      if (powerLoss) {
        disk.rememberForPowerLoss(Files.createDirectory(directory.resolve("side-" + kill)));
      }
      disk.killAfter(kill);
      boolean returned = returns(() -> DurableFiles.create(disk, target, NEW.getBytes(UTF_8)));
      if (powerLoss) {
        disk.losePower();
      }
      if (returned) {
        steps = kill;
        assertThat(target).as("durable once it has returned").hasContent(NEW);
      }
      if (Files.exists(target)) {
        assertThat(target).as("killed after %d", kill).hasContent(NEW);
      }
      assertThat(names(here))
          .allMatch(name -> name.equals("target.json") || DurableFiles.isTemporary(name));
    }
    assertThat(steps).isEqualTo(6);
  }

  @Test
  void createNeverOverwrites() throws IOException {
    Files.writeString(target(), OLD);
    RecordingDisk disk = new RecordingDisk();
    assertThatThrownBy(() -> DurableFiles.create(disk, target(), NEW.getBytes(UTF_8)))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(target()).hasContent(OLD);
    assertThat(names()).as("its litter is removed").containsExactly("target.json");
  }

  @Test
  void createNeverOverwritesADirectoryOrALink() throws IOException {
    Path linked = directory.resolve("linked");
    Files.createSymbolicLink(linked, directory.resolve("nowhere"));
    for (Path target : List.of(Files.createDirectory(directory.resolve("taken")), linked)) {
      assertThatThrownBy(() -> DurableFiles.create(new LocalDisk(), target, NEW.getBytes(UTF_8)))
          .isInstanceOf(FileAlreadyExistsException.class);
    }
    assertThat(names()).containsExactly("linked", "taken");
  }

  @Test
  void replaceReplacesALinkAndNotWhatItLeadsTo() throws IOException {
    Path other = Files.writeString(directory.resolve("other"), OLD);
    Files.createSymbolicLink(target(), other);
    DurableFiles.replace(new LocalDisk(), target(), NEW.getBytes(UTF_8));
    assertThat(other).hasContent(OLD);
    assertThat(target()).isRegularFile().hasContent(NEW);
    assertThat(Files.isSymbolicLink(target())).isFalse();
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"CREATE", "WRITE", "SYNC", "RENAME"})
  void replaceThatFailsLeavesTheOldContentAndNoLitter(Kind failing) throws IOException {
    Files.writeString(target(), OLD);
    RecordingDisk disk = new RecordingDisk();
    disk.failWith(
        call -> {
          if (call.kind() == failing) {
            throw new IOException("No space left on device");
          }
        });
    assertThatThrownBy(() -> DurableFiles.replace(disk, target(), NEW.getBytes(UTF_8)))
        .hasMessage("No space left on device");
    assertThat(target()).hasContent(OLD);
    assertThat(names()).containsExactly("target.json");
    assertThat(kinds(disk).stream().filter(kind -> kind == Kind.SYNC).count())
        .as("a failed sync is not repeated")
        .isLessThanOrEqualTo(1);
  }

  @Test
  void aFailureOfTheCleanUpDoesNotHideTheReason() throws IOException {
    RecordingDisk disk = new RecordingDisk();
    disk.failWith(
        call -> {
          if (call.kind() == Kind.RENAME || call.kind() == Kind.DELETE) {
            throw new IOException(call.kind().name());
          }
        });
    assertThatThrownBy(() -> DurableFiles.replace(disk, target(), NEW.getBytes(UTF_8)))
        .hasMessage("RENAME")
        .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessage("DELETE"));
  }

  @Test
  void temporaryNamesAreToldFromAllOthers() {
    assertThat(DurableFiles.isTemporary(name(DurableFiles.temporaryBeside(target())))).isTrue();
    assertThat(DurableFiles.temporaryBeside(target()).getParent()).isEqualTo(directory);
    assertThat(DurableFiles.temporaryBeside(target()))
        .isNotEqualTo(DurableFiles.temporaryBeside(target()));
    for (String other : List.of("cursor.json", "tmp-cursor.json", ".tmp", ".commit.lock", "")) {
      assertThat(DurableFiles.isTemporary(other)).isFalse();
    }
  }

  private Path target() {
    return directory.resolve("target.json");
  }

  private interface Step {
    void run() throws IOException;
  }

  private static boolean returns(Step step) throws IOException {
    try {
      step.run();
      return true;
    } catch (Killed e) {
      return false;
    }
  }

  private static List<Kind> kinds(RecordingDisk disk) {
    return disk.calls().stream().map(Call::kind).toList();
  }

  private List<String> names() throws IOException {
    return names(directory);
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(DurableFilesTest::name).sorted().toList();
    }
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }
}
