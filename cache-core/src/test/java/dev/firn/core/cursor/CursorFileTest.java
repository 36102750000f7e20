package dev.firn.core.cursor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.cursor.CursorState.Absent;
import dev.firn.core.cursor.CursorState.Present;
import dev.firn.core.cursor.CursorState.Unreadable;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Kind;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CursorFileTest {
  @TempDir Path directory;
  private final RecordingDisk disk = new RecordingDisk();

  private Path file() {
    return directory.resolve("cursor.json");
  }

  private void writeGolden() throws IOException {
    Files.write(file(), GoldenCursors.bytes("valid/field-source-table.json"));
  }

  @Test
  void absentIsAbsent() {
    assertThat(CursorFile.read(disk, file())).isEqualTo(new Absent());
  }

  @Test
  void aValidCursorIsPresentWithItsBytes() throws IOException {
    writeGolden();
    CursorState state = CursorFile.read(disk, file());
    assertThat(state).isInstanceOf(Present.class);
    Present present = (Present) state;
    assertThat(present.cursor().live()).isEqualTo(GenerationName.parse("table").orElseThrow());
    assertThat(present.bytes()).isEqualTo(Files.readAllBytes(file()));
    assertThat(CursorFile.isUnchanged(disk, file(), present)).isTrue();
    assertThat(disk.changes()).isEmpty();
  }

  @Test
  void aDirectoryInItsPlaceIsUnreadable() throws IOException {
    Files.createDirectory(file());
    assertUnreadable("expected a file, found a directory");
    assertThat(disk.calls()).noneMatch(call -> call.kind() == Kind.READ);
  }

  @Test
  void aSymbolicLinkInItsPlaceIsUnreadableEvenIfItLeadsToAValidCursor() throws IOException {
    Path elsewhere = directory.resolve("elsewhere.json");
    Files.write(elsewhere, GoldenCursors.bytes("valid/field-source-table.json"));
    Files.createSymbolicLink(file(), elsewhere);
    assertUnreadable("expected a file, found a symbolic link");
    assertThat(disk.calls()).noneMatch(call -> call.kind() == Kind.READ);
  }

  @Test
  void aDanglingSymbolicLinkIsUnreadableAndNotAbsent() throws IOException {
    Files.createSymbolicLink(file(), directory.resolve("nowhere"));
    assertUnreadable("found a symbolic link");
  }

  @Test
  void aForbiddenCursorIsUnreadable() throws IOException {
    writeGolden();
    disk.failWith(
        call -> {
          if (call.kind() == Kind.READ) {
            throw new AccessDeniedException(call.path().toString());
          }
        });
    assertUnreadable("cannot be read: permission denied");
  }

  @Test
  void aForbiddenDirectoryIsUnreadableAndNotAbsent() throws IOException {
    writeGolden();
    disk.failWith(
        call -> {
          if (call.kind() == Kind.STAT) {
            throw new AccessDeniedException(call.path().toString());
          }
        });
    assertUnreadable("cannot be read: permission denied");
  }

  @Test
  void anInputOutputErrorIsUnreadable() throws IOException {
    writeGolden();
    disk.failWith(
        call -> {
          if (call.kind() == Kind.READ) {
            throw new IOException("Input/output error");
          }
        });
    assertUnreadable("cannot be read: Input/output error");
  }

  @Test
  void aCursorThatVanishesWhileItIsReadIsUnreadableAndNotAbsent() throws IOException {
    writeGolden();
    disk.failWith(
        call -> {
          if (call.kind() == Kind.READ) {
            Files.delete(call.path());
          }
        });
    assertUnreadable("vanished while it was read");
  }

  @Test
  void damageAndNewerVersionsAreToldApart() throws IOException {
    Files.write(file(), GoldenCursors.bytes("invalid/cut.json"));
    assertThat(((Unreadable) CursorFile.read(disk, file())).unsupported()).isFalse();
    Files.write(file(), GoldenCursors.bytes("invalid/version-2.json"));
    assertThat(((Unreadable) CursorFile.read(disk, file())).unsupported()).isTrue();
  }

  @Test
  void anyOtherByteIsAChange() throws IOException {
    writeGolden();
    Present present = (Present) CursorFile.read(disk, file());
    Files.writeString(file(), Files.readString(file()) + "\n");
    assertThat(CursorFile.isUnchanged(disk, file(), present)).isFalse();
    Files.delete(file());
    assertThat(CursorFile.isUnchanged(disk, file(), present)).isFalse();
  }

  @Test
  void thePresentStateCannotBeChangedThroughItsBytes() throws IOException {
    writeGolden();
    Present present = (Present) CursorFile.read(disk, file());
    present.bytes()[0] = 'x';
    assertThat(CursorFile.isUnchanged(disk, file(), present)).isTrue();
  }

  private void assertUnreadable(String reason) {
    CursorState state = CursorFile.read(disk, file());
    assertThat(state).isInstanceOf(Unreadable.class);
    Unreadable unreadable = (Unreadable) state;
    assertThat(unreadable.reason()).startsWith(file() + ": ").contains(reason);
    assertThat(unreadable.file()).isEqualTo(file());
    assertThat(unreadable.unsupported()).isFalse();
    assertThat(disk.changes()).isEmpty();
  }
}
