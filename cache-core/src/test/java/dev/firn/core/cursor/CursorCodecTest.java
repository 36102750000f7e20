package dev.firn.core.cursor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.CacheException;
import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.CacheException.UnsupportedFormat;
import dev.firn.core.cursor.Cursor.Compaction;
import dev.firn.core.cursor.Cursor.Origin;
import dev.firn.core.layout.GenerationName;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CursorCodecTest {
  private static final Path FILE = GoldenCursors.FILE;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Instant SWAPPED = Instant.parse("2026-11-22T05:00:00.125987654Z");

  /** File; type; what the message must say was expected; what it must say was found. */
  private record Wrong(
      String file, Class<? extends CacheException> type, String expected, String found) {}

  private static final List<Wrong> WRONG =
      List.of(
          new Wrong("empty", Corrupt.class, "expected a JSON object", "found an empty file"),
          new Wrong("blank", Corrupt.class, "expected a JSON object", "found nothing but white"),
          new Wrong("cut", Corrupt.class, "expected a JSON object", "found 113 bytes, "),
          new Wrong("nul-bytes", Corrupt.class, "expected a JSON object", "found 240 bytes, "),
          new Wrong("array", Corrupt.class, "expected a JSON object", "found [{\"epoch\":1}]"),
          new Wrong("null", Corrupt.class, "expected a JSON object", "found null"),
          new Wrong("trailing-garbage", Corrupt.class, "expected a JSON object", "found 38 bytes,"),
          new Wrong("two-objects", Corrupt.class, "expected a JSON object", "Trailing token"),
          new Wrong("duplicate-key", Corrupt.class, "expected a JSON object", "'tableDir'"),
          new Wrong("latin-1", Corrupt.class, "expected a JSON object", "Invalid UTF-8"),
          new Wrong("unknown-layout", Corrupt.class, "source-table or epoch", "found \"hive\""),
          new Wrong("layout-null", Corrupt.class, "source-table or epoch", "found null"),
          new Wrong("table-dir-outside", Corrupt.class, "as \"tableDir\"", "found \"../x\""),
          new Wrong("table-dir-number", Corrupt.class, "as \"tableDir\"", "found 7"),
          new Wrong("table-dir-null", Corrupt.class, "as \"tableDir\"", "found null"),
          new Wrong("table-dir-epoch", Corrupt.class, "as \"tableDir\"", "found \"epoch=1\""),
          new Wrong(
              "table-dir-leading-zero", Corrupt.class, "as \"tableDir\"", "found \"table-07\""),
          new Wrong("table-dir-without-layout", Corrupt.class, "\"layout\" beside", "found none"),
          new Wrong("epoch-missing", Corrupt.class, "as \"epoch\"", "found none"),
          new Wrong("epoch-negative", Corrupt.class, "as \"epoch\"", "found -1"),
          new Wrong("epoch-float", Corrupt.class, "as \"epoch\"", "found 1.0"),
          new Wrong("epoch-text", Corrupt.class, "as \"epoch\"", "found \"1\""),
          new Wrong("epoch-huge", Corrupt.class, "as \"epoch\"", "found 18446744073709551617"),
          new Wrong("epoch-nineteen-digits", Corrupt.class, "\"epoch\"", "1000000000000000000"),
          new Wrong("highest-nineteen-digits", Corrupt.class, "\"highestNumber\"", "9223372036"),
          new Wrong("row-count-text", Corrupt.class, "as \"rowCount\"", "found \"many\""),
          new Wrong("compaction-text", Corrupt.class, "as \"compaction\"", "found \"yes\""),
          new Wrong("previous-outside", Corrupt.class, "previousTableDir", "found \"../table\""),
          new Wrong("previous-epoch-negative", Corrupt.class, "previousEpoch", "found -1"),
          new Wrong("version-2", UnsupportedFormat.class, "expected at most 1", "version 2 is not"),
          new Wrong(
              "version-2-alone", UnsupportedFormat.class, "expected at most 1", "version 2 is not"),
          new Wrong(
              "version-huge", UnsupportedFormat.class, "at most 1", "version 18446744073709551617"),
          new Wrong("version-0", Corrupt.class, "\"version\" 1", "found 0"),
          new Wrong("version-text", Corrupt.class, "whole number as \"version\"", "found \"1\""),
          new Wrong("version-without-checksum", Corrupt.class, "\"checksum\" crc32c:", "none"),
          new Wrong("checksum-without-version", Corrupt.class, "as \"version\"", "found none"),
          new Wrong("checksum-wrong", Corrupt.class, "\"checksum\" crc32c:", "crc32c:00000000"),
          new Wrong("checksum-number", Corrupt.class, "\"checksum\" crc32c:", "found 7"),
          new Wrong("flipped-digit-in-table-dir", Corrupt.class, "\"checksum\" crc32c:", "crc32c:"),
          new Wrong("flipped-digit-in-epoch", Corrupt.class, "\"checksum\" crc32c:", "crc32c:"),
          new Wrong("flipped-previous", Corrupt.class, "\"checksum\" crc32c:", "crc32c:"),
          new Wrong("half-a-surrogate", Corrupt.class, "\"checksum\" crc32c:", "crc32c:00000000"));

  static Stream<Arguments> wrong() {
    return WRONG.stream().map(w -> Arguments.of(w.file(), w));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrong")
  void everyWayOfBeingWrongIsTypedAndTellsFileExpectedAndFound(String file, Object how) {
    Wrong wrong = (Wrong) how;
    Throwable thrown =
        catchThrowable(
            () -> CursorCodec.parse(FILE, GoldenCursors.bytes("invalid/" + file + ".json")));
    assertThat(thrown)
        .isExactlyInstanceOf(wrong.type())
        .hasMessageStartingWith(FILE + ": ")
        .hasMessageContaining(wrong.expected())
        .hasMessageContaining(wrong.found());
  }

  @Test
  void everyGoldenFileIsTested() throws IOException, URISyntaxException {
    assertThat(names("invalid"))
        .containsExactlyElementsOf(
            new TreeSet<>(WRONG.stream().map(Wrong::file).collect(Collectors.toSet())));
    assertThat(names("valid"))
        .containsExactlyElementsOf(
            new TreeSet<>(valid().map(a -> (String) a.get()[0]).collect(Collectors.toSet())));
  }

  static Stream<Arguments> valid() {
    return Stream.of(
        Arguments.of("field-source-table", "table", 9L, Optional.empty(), 0L, Origin.FIELD),
        Arguments.of("field-no-table-dir", "table", 0L, Optional.empty(), 0L, Origin.FIELD),
        Arguments.of("field-epoch", "epoch=3", 33L, Optional.empty(), 3L, Origin.FIELD),
        Arguments.of("field-epoch-named", "epoch=3", 0L, Optional.empty(), 3L, Origin.FIELD),
        Arguments.of(
            "field-compaction",
            "table-1795319052415",
            28L,
            Optional.of(new Compaction(name("table"), "2026-11-22T03:44:12.424Z", 10, 1)),
            1795319052415L,
            Origin.FIELD),
        Arguments.of(
            "field-epoch-compaction",
            "epoch=1",
            33L,
            Optional.of(new Compaction(name("epoch=0"), "2026-11-22T03:44:12.777Z", 10, 1)),
            1L,
            Origin.FIELD),
        Arguments.of("field-retention", "table", 7L, Optional.empty(), 0L, Origin.FIELD),
        Arguments.of(
            "firn-v1-source-table",
            "table-1795319052416",
            358892L,
            Optional.of(
                new Compaction(name("table-1795319052415"), "2026-11-22T05:00:00.125Z", 3529, 12)),
            1795319052416L,
            Origin.FIRN),
        Arguments.of(
            "firn-v1-epoch",
            "epoch=2",
            31L,
            Optional.of(new Compaction(name("epoch=1"), "2026-11-22T05:00:00.125Z", 4, 1)),
            9L,
            Origin.FIRN));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("valid")
  void everyValidKindIsRead(
      String file,
      String live,
      long rowCount,
      Optional<Compaction> compaction,
      long highest,
      Origin origin)
      throws IOException {
    Cursor cursor = GoldenCursors.valid(file);
    assertThat(cursor.live()).isEqualTo(name(live));
    assertThat(cursor.rowCount()).isEqualTo(rowCount);
    assertThat(cursor.compaction()).isEqualTo(compaction);
    assertThat(cursor.baselineFiles())
        .isEqualTo(compaction.map(Compaction::baselineFiles).orElse(0L));
    assertThat(cursor.highestNumber()).isEqualTo(highest);
    assertThat(cursor.origin()).isEqualTo(origin);
  }

  @Test
  void swapWritesTheGoldenBytesOfVersionOne() throws IOException {
    assertThat(sourceTableSwapped())
        .isEqualTo(GoldenCursors.bytes("valid/firn-v1-source-table.json"));
    assertThat(epochSwapped()).isEqualTo(GoldenCursors.bytes("valid/firn-v1-epoch.json"));
  }

  static byte[] sourceTableSwapped() throws IOException {
    return CursorCodec.formatSwapped(
        GoldenCursors.valid("field-compaction"),
        name("table-1795319052416"),
        358892,
        SWAPPED,
        3529,
        12);
  }

  static byte[] epochSwapped() throws IOException {
    Cursor before =
        CursorCodec.parse(
            FILE, CursorCodec.formatRemembering(GoldenCursors.valid("field-epoch-compaction"), 9));
    return CursorCodec.formatSwapped(before, name("epoch=2"), 31, SWAPPED, 4, 1);
  }

  @Test
  void swapKeepsTheFieldNamesOfItsLayout() throws IOException {
    ObjectNode table = json(sourceTableSwapped());
    assertThat(table.path("layout").asText()).isEqualTo("source-table");
    assertThat(table.path("tableDir").asText()).isEqualTo("table-1795319052416");
    assertThat(table.path("epoch").asLong()).isZero();
    assertThat(table.path("compaction").path("previousTableDir").asText())
        .isEqualTo("table-1795319052415");
    assertThat(table.path("compaction").has("previousEpoch")).isFalse();
    assertThat(table.path("compaction").path("resettleBaselineFiles").asLong()).isEqualTo(12);
    assertThat(table.path("compaction").path("dataFilesBefore").asLong()).isEqualTo(3529);
    assertThat(table.path("compaction").path("writerGeneration").asLong()).isEqualTo(2);

    ObjectNode epoch = json(epochSwapped());
    assertThat(epoch.has("layout")).as("no layout is invented").isFalse();
    assertThat(epoch.has("tableDir")).isFalse();
    assertThat(epoch.path("epoch").asLong()).isEqualTo(2);
    assertThat(epoch.path("compaction").path("previousEpoch").asLong()).isEqualTo(1);
    assertThat(epoch.path("compaction").has("previousTableDir")).isFalse();
    assertThat(epoch.path("compaction").path("resettleBaselineFiles").asLong()).isEqualTo(1);
    assertThat(epoch.path("compaction").path("dataFilesBefore").asLong()).isEqualTo(4);

    Cursor named =
        CursorCodec.parse(
            FILE,
            CursorCodec.formatSwapped(
                GoldenCursors.valid("field-epoch-named"), name("epoch=4"), 1, SWAPPED, 2, 1));
    assertThat(named.live()).isEqualTo(name("epoch=4"));
    assertThat(named.fields().path("layout").asText()).as("kept").isEqualTo("epoch");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "field-source-table",
        "field-no-table-dir",
        "field-epoch",
        "field-epoch-named",
        "field-compaction",
        "field-epoch-compaction",
        "field-retention",
        "firn-v1-source-table",
        "firn-v1-epoch"
      })
  void whatIsWrittenIsReadAndUnknownFieldsAreCarriedOver(String file) throws IOException {
    ObjectNode foreign = json(GoldenCursors.bytes("valid/" + file + ".json"));
    foreign.putObject("futureField").put("x", 1.50).putNull("y").putArray("z").add("\u00fc");
    foreign.putObject("retention").put("lastSnapshotId", "1837686497618535").put("rowsDeleted", 5);
    Cursor before = CursorCodec.parse(FILE, foreign.toString().getBytes(UTF_8));
    GenerationName next = new GenerationName(before.live().layout(), before.highestNumber() + 1);

    Cursor remembering =
        CursorCodec.parse(FILE, CursorCodec.formatRemembering(before, next.number()));
    assertThat(remembering.live()).isEqualTo(before.live());
    assertThat(remembering.compaction()).isEqualTo(before.compaction());
    assertThat(remembering.rowCount()).isEqualTo(before.rowCount());
    assertThat(remembering.highestNumber()).isEqualTo(next.number());
    assertThat(remembering.origin()).isEqualTo(Origin.FIRN);

    Cursor swapped =
        CursorCodec.parse(FILE, CursorCodec.formatSwapped(before, next, 77, SWAPPED, 40, 3));
    assertThat(swapped.live()).isEqualTo(next);
    assertThat(swapped.compaction())
        .contains(new Compaction(before.live(), "2026-11-22T05:00:00.125Z", 40, 3));
    assertThat(swapped.rowCount()).isEqualTo(77);
    assertThat(swapped.highestNumber()).isEqualTo(next.number());
    assertThat(swapped.origin()).isEqualTo(Origin.FIRN);

    for (Cursor after : List.of(remembering, swapped)) {
      assertThat(after.fields().path("futureField")).isEqualTo(foreign.path("futureField"));
      assertThat(after.fields().path("retention")).isEqualTo(foreign.path("retention"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"field-compaction", "field-epoch-compaction"})
  void whatAnotherProgramSaysOfItsSwapsIsCarriedOverToo(String file) throws IOException {
    ObjectNode foreign = json(GoldenCursors.bytes("valid/" + file + ".json"));
    ((ObjectNode) foreign.path("compaction")).put("writerGeneration", 3).put("futureMember", "x");
    Cursor before = CursorCodec.parse(FILE, foreign.toString().getBytes(UTF_8));
    GenerationName next = new GenerationName(before.live().layout(), before.highestNumber() + 1);

    Cursor swapped =
        CursorCodec.parse(FILE, CursorCodec.formatSwapped(before, next, 7, SWAPPED, 40, 3));

    assertThat(swapped.compaction())
        .contains(new Compaction(before.live(), "2026-11-22T05:00:00.125Z", 40, 3));
    assertThat(swapped.fields().path("compaction").path("futureMember").asText()).isEqualTo("x");
    assertThat(swapped.fields().path("compaction").path("writerGeneration").asInt()).isEqualTo(3);
  }

  @Test
  void theHighestNumberNeverFalls() throws IOException {
    Cursor nine =
        CursorCodec.parse(
            FILE, CursorCodec.formatRemembering(GoldenCursors.valid("field-epoch"), 9));
    assertThat(nine.highestNumber()).isEqualTo(9);
    Cursor still = CursorCodec.parse(FILE, CursorCodec.formatRemembering(nine, 5));
    assertThat(still.highestNumber()).isEqualTo(9);
    Cursor swapped =
        CursorCodec.parse(
            FILE, CursorCodec.formatSwapped(still, name("epoch=4"), 1, SWAPPED, 1, 1));
    assertThat(swapped.highestNumber()).isEqualTo(9);
  }

  @ParameterizedTest
  @ValueSource(strings = {"firn-v1-source-table", "firn-v1-epoch"})
  void rowCountAndRetentionRewrittenUnderOurChecksumAreAccepted(String file) throws IOException {
    Cursor before = GoldenCursors.valid(file);
    ObjectNode edited = before.fields();
    edited.put("rowCount", before.rowCount() + 1000);
    edited.putObject("retention").put("rowsDeleted", 5);
    Cursor after = CursorCodec.parse(FILE, edited.toString().getBytes(UTF_8));
    assertThat(after.origin()).isEqualTo(Origin.FIRN);
    assertThat(after.live()).isEqualTo(before.live());
    assertThat(after.rowCount()).isEqualTo(before.rowCount() + 1000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"firn-v1-source-table", "firn-v1-epoch"})
  void versionAndChecksumDroppedTogetherAreAForeignEdit(String file) throws IOException {
    Cursor before = GoldenCursors.valid(file);
    ObjectNode edited = before.fields();
    edited.remove(List.of("version", "checksum", "highestNumber"));
    Cursor after = CursorCodec.parse(FILE, edited.toString().getBytes(UTF_8));
    assertThat(after.origin()).isEqualTo(Origin.FIELD);
    assertThat(after.live()).isEqualTo(before.live());
    assertThat(after.compaction()).isEqualTo(before.compaction());
  }

  @ParameterizedTest
  @ValueSource(strings = {"firn-v1-source-table", "firn-v1-epoch"})
  void orderAndSpacingOfFieldsDoNotMatter(String file) throws IOException {
    Cursor before = GoldenCursors.valid(file);
    List<Map.Entry<String, com.fasterxml.jackson.databind.JsonNode>> fields =
        new java.util.ArrayList<>(before.fields().properties());
    java.util.Collections.reverse(fields);
    ObjectNode reversed = JSON.createObjectNode();
    fields.forEach(f -> reversed.set(f.getKey(), f.getValue()));
    Cursor after = CursorCodec.parse(FILE, (" \n" + reversed + "\t\n").getBytes(UTF_8));
    assertThat(after.origin()).isEqualTo(Origin.FIRN);
    assertThat(after.live()).isEqualTo(before.live());
  }

  @Test
  void aCursorCannotBeChangedThroughItsFields() throws IOException {
    Cursor cursor = GoldenCursors.valid("firn-v1-epoch");
    cursor.fields().put("epoch", 99);
    assertThat(cursor.fields().path("epoch").asLong()).isEqualTo(2);
  }

  private static TreeSet<String> names(String kind) throws IOException, URISyntaxException {
    Path directory =
        Path.of(Objects.requireNonNull(CursorCodecTest.class.getResource(kind)).toURI());
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString().replace(".json", ""))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static GenerationName name(String text) {
    return GenerationName.parse(text).orElseThrow();
  }

  private static ObjectNode json(byte[] bytes) throws IOException {
    return (ObjectNode) JSON.readTree(bytes);
  }
}
