package dev.firn.core.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.junit.jupiter.api.Test;

class DiskReasonTest {

  @Test
  void whatJavaSaysByTheKindOfExceptionAloneIsSaidInWords() {
    assertThat(DiskReason.of(new AccessDeniedException("/a"))).isEqualTo("/a: permission denied");
    assertThat(DiskReason.of(new NoSuchFileException("/a")))
        .isEqualTo("/a: no such file or directory");
  }

  @Test
  void whatSaysWhyIsNotChanged() {
    assertThat(DiskReason.of(new FileSystemException("/a", null, "No space left on device")))
        .isEqualTo("/a: No space left on device");
    assertThat(DiskReason.of(new AccessDeniedException("/a", null, "a link")))
        .isEqualTo("/a: a link");
    assertThat(DiskReason.of(new IOException("torn"))).isEqualTo("torn");
  }

  @Test
  void whatOnlyCarriesAnotherExceptionIsNotQuoted() {
    IOException denied = new AccessDeniedException("/a");
    assertThat(
            List.of(
                DiskReason.of(new UncheckedIOException(denied)),
                DiskReason.of(new RuntimeIOException(denied)),
                DiskReason.of(new IllegalStateException(null, new RuntimeException(denied)))))
        .containsOnly("/a: permission denied");
    assertThat(DiskReason.of(new IOException("cannot publish", denied)))
        .isEqualTo("cannot publish");
  }

  @Test
  void fileThatTheSentenceBeginsWithIsNotNamedAgain() {
    Path file = Path.of("/a");
    assertThat(DiskReason.of(new AccessDeniedException("/a"), file)).isEqualTo("permission denied");
    assertThat(DiskReason.of(new AccessDeniedException("/ab"), file))
        .isEqualTo("/ab: permission denied");
  }

  @Test
  void whatSaysNothingAtAllIsNamed() {
    assertThat(DiskReason.of(new EOFException())).isEqualTo("it ends too early");
    assertThat(DiskReason.of(new IllegalStateException()))
        .isEqualTo("unexpected IllegalStateException");
  }

  @Test
  void refusalOfTheSystemIsToldFromDamage() {
    assertThat(
            List.of(
                new FileSystemException("/a", null, "No space left on device"),
                new AccessDeniedException("/a"),
                new IOException("Input/output error"),
                new IOException("cannot publish", new IOException("No space left on device"))))
        .allMatch(DiskReason::isRefusal);
    assertThat(
            List.of(
                new NoSuchFileException("/a"),
                new EOFException(),
                new IOException("torn", new NoSuchFileException("/a")),
                new IOException("Not an Avro data file")))
        .noneMatch(DiskReason::isRefusal);
  }
}
