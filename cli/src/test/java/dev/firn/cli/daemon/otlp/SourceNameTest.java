package dev.firn.cli.daemon.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.layout.Names;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceNameTest {

  @ParameterizedTest
  @CsvSource({
    "checkout, checkout",
    "my service=1, my service=1",
    "team/checkout, team%2Fcheckout",
    "C:\\shop, C:%5Cshop",
    "100%, 100%25",
    "., %2E",
    ".., %2E%2E",
    "..., ...",
    "'', unknown_service",
    "bücher, bücher"
  })
  void aNameIsItselfUnlessItCannotStandInAPath(String name, String expected) {
    assertThat(SourceName.of(name)).isEqualTo(expected);
  }

  @Test
  void everyNameIsAPartitionAndNoTwoAreTheSame() {
    Set<String> values = new HashSet<>();
    List<String> names =
        List.of(
            "a/b",
            "a%2Fb",
            "a\u0000b",
            "a\nb",
            "a\u007fb",
            "x".repeat(200),
            "x".repeat(201),
            "x".repeat(300),
            "/".repeat(100),
            "😀".repeat(60),
            "😀".repeat(61));
    for (String name : names) {
      String value = SourceName.of(name);
      assertThat(Names.parseKeys("source=" + value)).isEqualTo(Map.of("source", value));
      assertThat(values.add(value)).as(name).isTrue();
    }
  }
}
