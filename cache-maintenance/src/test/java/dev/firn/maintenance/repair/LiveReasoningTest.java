package dev.firn.maintenance.repair;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.cursor.Cursor;
import dev.firn.core.cursor.CursorCodec;
import dev.firn.core.generation.GenerationProof;
import dev.firn.core.layout.GenerationName;
import dev.firn.maintenance.repair.GenerationEvidence.Condition;
import dev.firn.maintenance.repair.LiveVerdict.Open;
import dev.firn.maintenance.repair.LiveVerdict.Proved;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Which generation is the live one, told from what they say of themselves. */
class LiveReasoningTest {
  private static final boolean RETIRED = true;
  private static final boolean UNMARKED = false;

  private static GenerationName name(String name) {
    return GenerationName.parse(name).orElseThrow();
  }

  /** One of another program: it says nothing of itself. */
  private static GenerationEvidence foreign(String name, boolean retired) {
    return evidence(name, retired, Condition.READABLE, Optional.empty(), false, "v5", false);
  }

  /** The first one, made by Firn; {@code newest} metadata, nothing landed beside. */
  private static GenerationEvidence first(boolean retired, String newest) {
    return evidence("table", retired, Condition.READABLE, Optional.empty(), false, newest, false);
  }

  /** A rewrite that nobody has added to. */
  private static GenerationEvidence unchanged(
      String name, String parent, String parentMetadata, boolean retired) {
    return evidence(
        name,
        retired,
        Condition.READABLE,
        proof(name, parent, parentMetadata, 0),
        true,
        "v2",
        false);
  }

  /** A rewrite to which rows came. */
  private static GenerationEvidence grown(
      String name, String parent, String parentMetadata, boolean retired) {
    return evidence(
        name,
        retired,
        Condition.READABLE,
        proof(name, parent, parentMetadata, 0),
        false,
        "v4",
        false);
  }

  private static GenerationEvidence damaged(String name) {
    return evidence(name, UNMARKED, Condition.DAMAGED, Optional.empty(), false, "", false);
  }

  private static GenerationEvidence empty(String name) {
    return evidence(name, UNMARKED, Condition.EMPTY, Optional.empty(), false, "", false);
  }

  private static Optional<GenerationProof> proof(
      String name, String parent, String parentMetadata, long otherDrops) {
    return Optional.of(
        new GenerationProof(
            name(name),
            name(parent),
            parentMetadata,
            "id of " + parent,
            100 + otherDrops,
            100,
            0,
            "counts"));
  }

  private static GenerationEvidence evidence(
      String name,
      boolean retired,
      Condition condition,
      Optional<GenerationProof> proof,
      boolean asProved,
      String newest,
      boolean unpublished) {
    return new GenerationEvidence(
        name(name),
        retired,
        condition,
        condition == Condition.DAMAGED ? "torn" : "",
        proof,
        asProved,
        name.equals("table"),
        "id of " + name,
        newest,
        unpublished,
        OptionalLong.of(100),
        Instant.EPOCH);
  }

  private static CursorEvidence naming(String generation) throws IOException {
    byte[] bytes = CursorCodec.formatMended(Optional.empty(), name(generation), 1, 0);
    Cursor cursor = CursorCodec.parse(Path.of("cursor.json"), bytes);
    return new CursorEvidence(Optional.of(cursor), Optional.empty(), cursor.highestNumber());
  }

  private static CursorEvidence tornNaming(String generation) {
    return new CursorEvidence(Optional.empty(), Optional.of(name(generation)), 0);
  }

  private static void requireProved(
      String expected, CursorEvidence cursor, GenerationEvidence... generations) {
    // In whatever order a directory lists them.
    for (int turn = 0; turn < generations.length; turn++) {
      java.util.Collections.rotate(Arrays.asList(generations), 1);
      LiveVerdict verdict = LiveReasoning.decide(List.of(generations), cursor);
      assertThat(verdict).isInstanceOf(Proved.class);
      assertThat(((Proved) verdict).live()).isEqualTo(name(expected));
      assertThat(((Proved) verdict).why()).isNotEmpty();
    }
  }

  private static void requireOpen(
      String why, CursorEvidence cursor, GenerationEvidence... generations) {
    for (int turn = 0; turn < Math.max(1, generations.length); turn++) {
      java.util.Collections.rotate(Arrays.asList(generations), 1);
      LiveVerdict verdict = LiveReasoning.decide(List.of(generations), cursor);
      assertThat(verdict).isInstanceOf(Open.class);
      assertThat(((Open) verdict).why()).contains(why);
    }
  }

  private static CursorEvidence none() {
    return CursorEvidence.none();
  }

  @Test
  void onlyGenerationIsLiveWhoeverMadeIt() {
    requireProved("table-1795319052379", none(), foreign("table-1795319052379", UNMARKED));
    requireProved("table", none(), first(UNMARKED, "v9"));
  }

  @Test
  void onlyOneThatIsNotMarkedIsLive() {
    requireProved("table-9", none(), foreign("table", RETIRED), foreign("table-9", UNMARKED));
    requireProved(
        "table-2",
        none(),
        first(RETIRED, "v9"),
        unchanged("table-1", "table", "v9", RETIRED),
        grown("table-2", "table-1", "v2", UNMARKED));
    requireProved(
        "table-1", none(), first(RETIRED, "v9"), unchanged("table-1", "table", "v9", UNMARKED));
  }

  @Test
  void rewriteThatWasNeverSwappedInYieldsToItsParent() {
    requireProved(
        "table", none(), first(UNMARKED, "v9"), unchanged("table-1", "table", "v9", UNMARKED));
    requireProved(
        "table", none(), first(UNMARKED, "v10"), unchanged("table-1", "table", "v9", UNMARKED));
    requireProved(
        "table",
        none(),
        evidence("table", UNMARKED, Condition.READABLE, Optional.empty(), false, "v9", true),
        unchanged("table-1", "table", "v9", UNMARKED));
    requireProved(
        "table-9",
        none(),
        foreign("table-9", UNMARKED),
        unchanged("table-10", "table-9", "v5", UNMARKED),
        unchanged("table-11", "table-9", "v5", UNMARKED));
  }

  @Test
  void rewriteFromBeforeItsRetiredParentWentOnWasNeverLive() {
    requireProved(
        "table-2",
        none(),
        first(RETIRED, "v9"),
        unchanged("table-1", "table", "v7", UNMARKED),
        unchanged("table-2", "table", "v9", UNMARKED));
  }

  @Test
  void rewriteToWhichRowsCameSupersededItsUnmarkedParent() {
    requireProved(
        "table-1", none(), first(UNMARKED, "v9"), grown("table-1", "table", "v9", UNMARKED));
  }

  @Test
  void oneThatAnotherWasMadeFromWasLive() {
    requireProved(
        "table-1",
        none(),
        first(UNMARKED, "v9"),
        unchanged("table-1", "table", "v9", UNMARKED),
        unchanged("table-2", "table-1", "v2", UNMARKED));
  }

  @Test
  void forkIsLeftToPeople() {
    requireOpen(
        "2 generations may be the live one",
        none(),
        first(UNMARKED, "v10"),
        grown("table-1", "table", "v9", UNMARKED));
    requireOpen(
        "2 generations may be the live one",
        none(),
        foreign("table", UNMARKED),
        foreign("table-9", UNMARKED));
    requireOpen(
        "2 generations may be the live one",
        none(),
        first(RETIRED, "v9"),
        unchanged("table-1", "table", "v9", UNMARKED),
        unchanged("table-2", "table", "v9", UNMARKED));
  }

  @Test
  void rewriteThatDroppedRowsIsNotTradedForItsParent() {
    requireOpen(
        "2 generations may be the live one",
        none(),
        first(UNMARKED, "v9"),
        evidence(
            "table-1",
            UNMARKED,
            Condition.READABLE,
            proof("table-1", "table", "v9", 7),
            true,
            "v2",
            false));
  }

  @Test
  void damagedCursorMayNameOneOfTwoThatHoldTheSame() {
    requireProved(
        "table-1",
        tornNaming("table-1"),
        first(UNMARKED, "v9"),
        unchanged("table-1", "table", "v9", UNMARKED));
    requireProved(
        "table",
        tornNaming("table"),
        first(UNMARKED, "v9"),
        unchanged("table-1", "table", "v9", UNMARKED));
  }

  @Test
  void damagedCursorThatNamesWhatIsNotThereIsADoubt() {
    requireOpen(
        "names table-7, which is not there",
        tornNaming("table-7"),
        first(RETIRED, "v9"),
        unchanged("table-1", "table", "v9", UNMARKED));
  }

  @Test
  void oneThatCannotBeReadMayBeTheLiveOne() {
    requireOpen("table-2 may be the live one", none(), first(UNMARKED, "v9"), damaged("table-2"));
    requireProved("table-2", none(), unchanged("table-2", "table", "v9", UNMARKED));
  }

  @Test
  void oneThatWasNeverCommittedToHoldsNothing() {
    requireProved("table", none(), first(UNMARKED, "v9"), empty("table-5"));
    requireProved("table", none(), empty("table"));
    requireOpen("not here", none(), empty("table-5"));
  }

  @Test
  void allMarkedMeansThatTheLiveOneIsGone() {
    requireOpen("the live one is not here", none(), first(RETIRED, "v9"));
    requireOpen("there is no generation", none());
  }

  @Test
  void newerOneThatIsRetiredMeansThatTheLiveOneIsGone() {
    requireOpen(
        "table-5, which is newer",
        none(),
        foreign("table-2", UNMARKED),
        foreign("table-5", RETIRED));
  }

  @Test
  void twoLayoutsAreLeftToPeople() {
    requireOpen("two layouts", none(), foreign("table", UNMARKED), foreign("epoch=3", RETIRED));
  }

  @Test
  void cursorThatNamesASupersededGenerationIsTooOld() throws IOException {
    requireProved(
        "table-1",
        naming("table"),
        first(RETIRED, "v9"),
        grown("table-1", "table", "v9", UNMARKED));
    requireProved(
        "table-1",
        naming("table"),
        first(UNMARKED, "v9"),
        grown("table-1", "table", "v9", UNMARKED));
    requireProved("table-9", naming("table-3"), grown("table-9", "table-8", "v4", UNMARKED));
  }

  @Test
  void generationThatTheCursorNamesAndThatIsGoneMayHaveGoneOn() throws IOException {
    requireOpen(
        "names table-3, which is not there",
        naming("table-3"),
        unchanged("table-4", "table-3", "v4", UNMARKED));
    requireOpen(
        "names table-9, which is not there",
        naming("table-9"),
        grown("table-4", "table-3", "v4", UNMARKED));
    requireOpen(
        "names table-3, which is not there", naming("table-3"), foreign("table-4", UNMARKED));
  }

  @Test
  void generationThatAValidCursorNamesIsNotRuledOutByItsParent() throws IOException {
    requireProved(
        "table-1",
        naming("table-1"),
        first(UNMARKED, "v9"),
        unchanged("table-1", "table", "v9", UNMARKED));
    requireOpen(
        "2 generations",
        naming("table-1"),
        first(UNMARKED, "v10"),
        unchanged("table-1", "table", "v9", UNMARKED));
  }

  @Test
  void parentOfTheSameNameButAnotherTableProvesNothing() {
    GenerationEvidence other =
        new GenerationEvidence(
            name("table"),
            RETIRED,
            Condition.READABLE,
            "",
            Optional.empty(),
            false,
            true,
            "another id",
            "v9",
            false,
            OptionalLong.of(100),
            Instant.EPOCH);
    requireOpen(
        "another table than this one",
        none(),
        other,
        unchanged("table-1", "table", "v9", UNMARKED));
  }

  @Test
  void whatADamagedCursorStillSaysIsReadWithCare() {
    assertThat(EvidenceReader.remnant("{\"layout\":\"source-table\",\"tableDir\":\"table-7\",\"ep"))
        .isEqualTo(new CursorEvidence(Optional.empty(), Optional.of(name("table-7")), 7));
    assertThat(EvidenceReader.remnant("{\"layout\":\"source-table\",\"tableDir\":\"table-7"))
        .isEqualTo(new CursorEvidence(Optional.empty(), Optional.empty(), 7));
    assertThat(EvidenceReader.remnant("{\"epoch\": 3, \"rowCount\""))
        .isEqualTo(new CursorEvidence(Optional.empty(), Optional.of(name("epoch=3")), 3));
    assertThat(EvidenceReader.remnant("{\"epoch\": 3"))
        .isEqualTo(new CursorEvidence(Optional.empty(), Optional.empty(), 3));
    assertThat(EvidenceReader.remnant("{\"epoch\": 0, \"highestNumber\" : 12,"))
        .extracting(CursorEvidence::highestNumber)
        .isEqualTo(12L);
    assertThat(EvidenceReader.remnant("{\"highestNumber\": 999999999999999999}"))
        .isEqualTo(CursorEvidence.none());
    assertThat(EvidenceReader.remnant("")).isEqualTo(CursorEvidence.none());
  }
}
