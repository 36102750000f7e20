package dev.firn.core.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.disk.LocalDisk;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetiredMarkerTest {
  private static final Instant SINCE = Instant.parse("2026-11-22T03:44:12.778Z");

  @TempDir Path generation;

  @Test
  void noMarkerIsNone() throws IOException {
    assertThat(RetiredMarker.find(new LocalDisk(), generation)).isEmpty();
    assertThat(RetiredMarker.find(new LocalDisk(), generation.resolve("absent"))).isEmpty();
  }

  @Test
  void whatIsWrittenIsReadAndMayBeReplaced() throws IOException {
    RecordingDisk disk = new RecordingDisk();
    RetiredMarker.write(disk, generation, SINCE);
    assertThat(generation.resolve(".retired")).hasContent("2026-11-22T03:44:12.778Z");
    assertThat(found()).contains(new RetiredMarker(Optional.of(SINCE)));
    RetiredMarker.write(disk, generation, SINCE.plusSeconds(60));
    assertThat(found()).contains(new RetiredMarker(Optional.of(SINCE.plusSeconds(60))));
    assertThat(disk.calls()).filteredOn(c -> c.kind() == Kind.SYNC_DIRECTORY).hasSize(2);
  }

  @Test
  void timesAreWrittenAsProgramsOfTheFieldDoAndReadWithAnyDigits() throws IOException {
    Map<String, String> written =
        Map.of(
            "2026-11-22T03:44:12Z", "2026-11-22T03:44:12.000Z",
            "2026-11-22T03:44:12.810Z", "2026-11-22T03:44:12.810Z",
            "2026-11-22T03:44:12.810999999Z", "2026-11-22T03:44:12.810Z");
    for (Map.Entry<String, String> time : written.entrySet()) {
      Instant since = Instant.parse(time.getKey());
      RetiredMarker.write(new RecordingDisk(), generation, since);
      assertThat(generation.resolve(".retired")).hasContent(time.getValue());
      Files.writeString(generation.resolve(".retired"), time.getKey());
      assertThat(found()).contains(new RetiredMarker(Optional.of(since)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"2026-11-22T03:44:12.778Z\n", " 2026-11-22T03:44:12.778Z\r\n"})
  void whiteSpaceAroundTheTimeDoesNotMatter(String text) throws IOException {
    Files.writeString(generation.resolve(".retired"), text);
    assertThat(found()).contains(new RetiredMarker(Optional.of(SINCE)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "\0\0\0", "garbage", "1795319052415", "2026-11-22", "2026-11-22T03:44", "{}"})
  void garbageIsAMarkerThatDoesNotSayWhen(String text) throws IOException {
    Files.writeString(generation.resolve(".retired"), text);
    assertThat(found()).contains(new RetiredMarker(Optional.empty()));
  }

  @Test
  void bytesThatAreNoTextAreAMarkerThatDoesNotSayWhen() throws IOException {
    Files.write(generation.resolve(".retired"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertThat(found()).contains(new RetiredMarker(Optional.empty()));
    Files.write(
        generation.resolve(".retired"), (SINCE + "\u0000").getBytes(StandardCharsets.UTF_16));
    assertThat(found()).contains(new RetiredMarker(Optional.empty()));
  }

  @Test
  void whateverIsNoFileIsAMarkerThatDoesNotSayWhenAndIsNotRead() throws IOException {
    Path outside = Files.writeString(generation.resolve("outside"), SINCE.toString());
    for (boolean link : new boolean[] {false, true}) {
      Path marker = generation.resolve(".retired");
      if (link) {
        Files.createSymbolicLink(marker, outside);
      } else {
        Files.createDirectory(marker);
      }
      RecordingDisk disk = new RecordingDisk();
      assertThat(RetiredMarker.find(disk, generation))
          .contains(new RetiredMarker(Optional.empty()));
      assertThat(disk.calls()).noneMatch(call -> call.kind() == Kind.READ);
      Files.delete(marker);
    }
  }

  private Optional<RetiredMarker> found() throws IOException {
    return RetiredMarker.find(new LocalDisk(), generation);
  }
}
