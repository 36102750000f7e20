package dev.firn.core.generation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GenerationProofTest {
  private static final GenerationProof PROOF =
      new GenerationProof(
          TestGenerations.name("table-8"),
          TestGenerations.name("table-7"),
          "v12.metadata.json",
          "0f8fad5b-d9cb-469f-a165-70867728950e",
          100,
          90,
          10,
          "content");

  @Test
  void parseAndFormatAreInverse() {
    assertThat(GenerationProof.parse(PROOF.format())).contains(PROOF);
    GenerationProof epoch =
        new GenerationProof(
            TestGenerations.name("epoch=1"), TestGenerations.name("epoch=0"), "", "", 0, 0, 0, "");
    assertThat(GenerationProof.parse(epoch.format())).contains(epoch);
  }

  @Test
  void everyReasonIsStatedByItsName() {
    for (DropReason reason : DropReason.values()) {
      GenerationProof proof =
          new GenerationProof(
              PROOF.name(), PROOF.parent(), "", "", 7, 4, DroppedRows.of(reason, 3), "counts");
      assertThat(proof.format())
          .containsEntry("firn.generation.rows-dropped." + reason.text(), "3");
      assertThat(GenerationProof.parse(proof.format())).contains(proof);
    }
  }

  @Test
  void droppedRowsAddUpByReason() {
    DroppedRows rows =
        DroppedRows.of(DropReason.EXPIRED, 3)
            .plus(DropReason.DELETED, 7)
            .plus(DroppedRows.of(DropReason.EXPIRED, 1));
    assertThat(rows.count(DropReason.EXPIRED)).isEqualTo(4);
    assertThat(rows.total()).isEqualTo(11);
    assertThat(rows).hasToString("7 deleted, 4 expired");
    assertThat(DroppedRows.of(DropReason.PURGED, 0)).isEqualTo(DroppedRows.none());
  }

  @Test
  void otherPropertiesDoNotMatter() {
    Map<String, String> properties = new HashMap<>(PROOF.format());
    properties.put("firn.published", "17");
    properties.put("write.format.default", "parquet");
    assertThat(GenerationProof.parse(properties)).contains(PROOF);
  }

  @Test
  void aTableOfTheFieldHasNone() {
    assertThat(GenerationProof.parse(Map.of())).isEmpty();
    assertThat(GenerationProof.parse(Map.of("write.format.default", "parquet"))).isEmpty();
  }

  @Test
  void aProofThatIsNotWholeIsNone() {
    for (String needed : List.of("name", "parent", "rows-in", "rows-out", "rows-dropped.deleted")) {
      for (String wrong : new String[] {null, "", "x", "table-07", "1.5"}) {
        Map<String, String> properties = new HashMap<>(PROOF.format());
        if (wrong == null) {
          properties.remove("firn.generation." + needed);
        } else {
          properties.put("firn.generation." + needed, wrong);
        }
        assertThat(GenerationProof.parse(properties)).as("%s = %s", needed, wrong).isEmpty();
      }
    }
  }

  @Test
  void allItsPropertiesAreFirnsOwn() {
    assertThat(PROOF.format().keySet()).allMatch(GenerationProof::isOwnProperty);
    assertThat(GenerationProof.isOwnProperty("firn.published")).isTrue();
    assertThat(GenerationProof.isOwnProperty("write.firn.x")).isFalse();
  }
}
