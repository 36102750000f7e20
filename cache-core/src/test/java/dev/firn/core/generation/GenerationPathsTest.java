package dev.firn.core.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.layout.GenerationName;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GenerationPathsTest {
  private static final Path HERE = Path.of("/here/datasets/d/source=s/table-7");
  private static final GenerationPaths PATHS =
      new GenerationPaths(HERE, GenerationName.parse("table-7").orElseThrow());

  @ParameterizedTest
  @CsvSource({
    "file:///home/dev/cache/d/table-7/data/a.parquet, data/a.parquet",
    "file:/home/dev/cache/d/table-7/data/a.parquet, data/a.parquet",
    "file://host/home/table-7/data/a.parquet, data/a.parquet",
    "/home/dev/cache/d/table-7/data/a.parquet, data/a.parquet",
    "s3://bucket/table-7/metadata/v1.metadata.json, metadata/v1.metadata.json",
    "/table-7/data/a.parquet, data/a.parquet",
    "/x/table-7/data/day=1/hour=2/a.parquet, data/day=1/hour=2/a.parquet",
    "/x/table-7/data/a b%20\u00fc.parquet, data/a b%20\u00fc.parquet",
    "/x/table-7/backup/table-7/data/a.parquet, data/a.parquet",
    "/x/table-7/data/table-7/data/a.parquet, data/a.parquet",
    "/x/table-7/data/table-7/metadata/m.avro, metadata/m.avro",
    "/x/table-7/metadata/table-7/data/a.parquet, data/a.parquet",
    "/x/table-7/data/metadata/a.parquet, data/metadata/a.parquet",
    "/x/table-6/../table-7/data/a.parquet, data/a.parquet",
    "/x/table-7/data/..., data/...",
  })
  void whateverPrecedesALocationItMeansTheFileHere(String location, String relative)
      throws Corrupt {
    assertThat(PATHS.resolve(location)).isEqualTo(HERE.resolve(relative));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "a.parquet",
        "data/a.parquet",
        "table-7/data/a.parquet",
        "/x/table/data/a.parquet",
        "/x/table-77/data/a.parquet",
        "/x/table-6/data/a.parquet",
        "/x/xtable-7/data/a.parquet",
        "/x/.building-table-7-0f8fad5b-d9cb-469f-a165-70867728950e/data/a.parquet",
        "/x/table-7/a.parquet",
        "/x/table-7/.retired",
        "/x/table-7/datax/a.parquet",
        "/x/table-7/data",
        "/x/table-7/data/",
        "/x/table-7/data//a.parquet",
        "/x/table-7/data/a.parquet/",
        "/x/table-7/data/.",
        "/x/table-7/data/..",
        "/x/table-7/data/../a.parquet",
        "/x/table-7/data/../../table-6/data/a.parquet",
        "/x/table-7/data/day=1/../../../table-6/data/a.parquet",
        "/x/table-7/metadata/./v1.metadata.json",
        "/x/table-7/data/a\0.parquet",
        "/x/table-7/data/a\ud800.parquet",
      })
  void whatDoesNotResolveInsideIsDamage(String location) {
    assertThatThrownBy(() -> PATHS.resolve(location))
        .isInstanceOf(Corrupt.class)
        .hasMessageContaining(HERE.toString())
        .hasMessageContaining("expected recorded locations below table-7/metadata or table-7/data")
        .hasMessageEndingWith("found " + location);
  }

  @Test
  void whileItIsBuiltItsFinalNameMeansTheBuildingDirectory() throws Corrupt {
    Path building = Path.of("/here/.building-epoch=3-0f8fad5b-d9cb-469f-a165-70867728950e");
    GenerationPaths paths =
        new GenerationPaths(building, GenerationName.parse("epoch=3").orElseThrow());
    assertThat(paths.resolve("file:///here/epoch=3/data/a.parquet"))
        .isEqualTo(building.resolve("data/a.parquet"));
    assertThat(paths.versionHint()).isEqualTo(building.resolve("metadata/version-hint.text"));
  }
}
