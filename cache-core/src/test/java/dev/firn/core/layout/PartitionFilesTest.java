package dev.firn.core.layout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionFilesTest {
  private static final String ID = "0f8fad5b-d9cb-469f-a165-70867728950e";

  @ParameterizedTest
  @ValueSource(strings = {"table", "table-7", "table-1795319052415", "epoch=0", "epoch=12"})
  void namesOfBuildingAndRemovingDirectoriesTellTheGeneration(String text) {
    GenerationName name = GenerationName.parse(text).orElseThrow();
    UUID id = UUID.fromString(ID);

    assertThat(PartitionFiles.building(name, id)).isEqualTo(".building-" + text + "-" + ID);
    assertThat(PartitionFiles.removing(name, id)).isEqualTo(".removing-" + text + "-" + ID);
    assertThat(PartitionFiles.parseBuilding(PartitionFiles.building(name, id))).contains(name);
    assertThat(PartitionFiles.parseRemoving(PartitionFiles.removing(name, id))).contains(name);
    assertThat(PartitionFiles.parseBuilding(PartitionFiles.removing(name, id))).isEmpty();
    assertThat(PartitionFiles.parseRemoving(PartitionFiles.building(name, id))).isEmpty();
  }

  @Test
  void parseAndFormatAreInverse() {
    long seed = 7;
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      GenerationName name =
          new GenerationName(Layout.values()[random.nextInt(2)], random.nextInt(Integer.MAX_VALUE));
      UUID id = new UUID(random.nextLong(), random.nextLong());
      assertThat(PartitionFiles.parseBuilding(PartitionFiles.building(name, id)))
          .as("seed %d", seed)
          .isEqualTo(Optional.of(name));
      assertThat(PartitionFiles.parseRemoving(PartitionFiles.removing(name, id)))
          .as("seed %d", seed)
          .isEqualTo(Optional.of(name));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "''",
    "building-table-7-" + ID,
    ".building-",
    ".building-" + ID,
    ".building--" + ID,
    ".building-table",
    ".building-table-7",
    ".building-table-7-",
    ".building-table7-" + ID,
    ".building-tables-" + ID,
    ".building-table-07-" + ID,
    ".building-table-0-" + ID,
    ".building-epoch=-" + ID,
    ".building-epoch=01-" + ID,
    ".building-source=claude-" + ID,
    ".building-table-7" + ID,
    ".building-table-7x" + ID,
    ".building-table-7-" + ID + ".bak",
    ".building-table-7-0F8FAD5B-D9CB-469F-A165-70867728950E",
    ".building-table-7-0f8fad5b-d9cb-469f-a165-7086772895",
    ".building-table-7-0f8fad5b-d9cb-469f-a165-70867728950g",
    ".building-table-7-0f8fad5bd9cb469fa16570867728950e0000",
    ".building-table-7-00f8fad5b-d9cb-469f-a165-7086772895e",
    ".Building-table-7-" + ID,
  })
  void lookAlikesAreNeither(String text) {
    assertThat(PartitionFiles.parseBuilding(text)).isEmpty();
    assertThat(PartitionFiles.parseRemoving(text.replace(".building-", ".removing-"))).isEmpty();
  }
}
