package dev.firn.core.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.MetadataVersions.MetadataVersion;
import dev.firn.core.layout.Partition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataVersionsTest {
  @TempDir Path root;
  private Partition partition;
  private Path metadata;

  @BeforeEach
  void makeThreeVersions() throws IOException {
    partition = TestGenerations.partition(root);
    Generation generation =
        TestGenerations.create(partition, "table-7", TestGenerations.SCHEMA, "2");
    TestGenerations.append(generation.table(), "1.parquet", TestGenerations.rows(0, 3));
    TestGenerations.append(generation.table(), "2.parquet", TestGenerations.rows(3, 5));
    metadata = generation.paths().metadata();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 9, 10, 123, 999_999_999})
  void parseAndFormatAreInverse(int number) {
    assertThat(MetadataVersions.parse(MetadataVersions.format(number)))
        .isEqualTo(OptionalInt.of(number));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "v.metadata.json",
        "v01.metadata.json",
        "v-1.metadata.json",
        "v1000000000.metadata.json",
        "v\u0661.metadata.json",
        "V1.metadata.json",
        "v1.metadata.json.bak",
        "v1.metadata.json~",
        ".v1.metadata.json.crc",
        ".tmp-v1.metadata.json-0f8fad5b-d9cb-469f-a165-70867728950e",
        "v1xmetadata.json",
        "v1.metadataxjson",
        "v1\n.metadata.json",
        "00001-0f8fad5b.metadata.json",
        "version-hint.text"
      })
  void lookAlikesAreNoVersions(String name) {
    assertThat(MetadataVersions.parse(name)).isEmpty();
  }

  @Test
  void theNewestIsByNumberAndNotByName() throws IOException {
    Path later =
        Files.copy(metadata.resolve("v3.metadata.json"), metadata.resolve("v10.metadata.json"));
    assertThat(newest()).isEqualTo(new MetadataVersion(10, "v10.metadata.json"));
    Files.delete(later);
    assertThat(newest()).isEqualTo(new MetadataVersion(3, "v3.metadata.json"));
    assertThat(load().liveFiles()).hasSize(2);
    assertThat(load().metadataFile()).isEqualTo("v3.metadata.json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "2\n", "99", "-1", "garbage", "99999999999999999999"})
  void aWrongHintIsHarmless(String hint) throws IOException {
    Files.writeString(metadata.resolve("version-hint.text"), hint);
    assertThat(load().metadataFile()).isEqualTo("v3.metadata.json");
    TestGenerations.append(load().table(), "3.parquet", TestGenerations.rows(5, 6));
    assertThat(load().metadataFile()).isEqualTo("v4.metadata.json");
    assertThat(metadata.resolve("version-hint.text")).hasContent("4");
  }

  @Test
  void aMissingHintIsHarmless() throws IOException {
    Files.delete(metadata.resolve("version-hint.text"));
    assertThat(load().metadataFile()).isEqualTo("v3.metadata.json");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100, -1})
  void aTornNewestVersionIsDamageAndNoOlderOneIsTaken(int length) throws IOException {
    Path newest = metadata.resolve("v3.metadata.json");
    byte[] whole = Files.readAllBytes(newest);
    Files.write(newest, java.util.Arrays.copyOf(whole, length < 0 ? whole.length - 2 : length));
    assertThatThrownBy(this::load)
        .isInstanceOf(Corrupt.class)
        .hasMessageContaining(newest.toString())
        .hasMessageContaining("expected Iceberg table metadata");
  }

  @Test
  void aDirectoryWithTheNameOfAVersionIsDamage() throws IOException {
    Files.createDirectory(metadata.resolve("v4.metadata.json"));
    assertThatThrownBy(this::load).isInstanceOf(Corrupt.class);
  }

  @Test
  void aGenerationWithoutVersionsIsDamage() throws IOException {
    for (int version = 1; version <= 3; version++) {
      Files.delete(metadata.resolve(MetadataVersions.format(version)));
    }
    assertThatThrownBy(this::load)
        .isInstanceOf(Corrupt.class)
        .hasMessageContaining("expected a file v<number>.metadata.json, found none");
    assertThat(Generation.hasMetadata(new LocalDisk(), metadata.getParent(), name())).isFalse();
    Path absent = partition.directory().resolve("table-8");
    assertThatThrownBy(() -> Generation.load(new LocalDisk(), absent, name()))
        .isInstanceOf(Corrupt.class);
  }

  @Test
  void aLinkToMetadataElsewhereIsNotFollowed() throws IOException {
    Path elsewhere = root.resolve("elsewhere");
    Files.move(metadata, elsewhere);
    Files.createSymbolicLink(metadata, elsewhere);
    assertThatThrownBy(this::load).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> Generation.hasMetadata(new LocalDisk(), metadata.getParent(), name()))
        .isInstanceOf(IOException.class);
  }

  @Test
  void aLinkToAVersionElsewhereIsNotFollowed() throws IOException {
    Path elsewhere = root.resolve("elsewhere.json");
    Files.move(metadata.resolve("v3.metadata.json"), elsewhere);
    Files.createSymbolicLink(metadata.resolve("v3.metadata.json"), elsewhere);
    assertThatThrownBy(this::load)
        .isInstanceOf(Corrupt.class)
        .hasMessageContaining("v3.metadata.json")
        .hasMessageContaining("found a symbolic link");
  }

  private MetadataVersion newest() throws IOException {
    return MetadataVersions.loadNewest(
        new LocalDisk(), new GenerationPaths(metadata.getParent(), name()));
  }

  private Generation load() throws IOException {
    return Generation.load(new LocalDisk(), metadata.getParent(), name());
  }

  private static dev.firn.core.layout.GenerationName name() {
    return TestGenerations.name("table-7");
  }
}
