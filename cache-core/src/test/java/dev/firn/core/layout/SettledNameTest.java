package dev.firn.core.layout;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettledNameTest {
  /** What a name becomes in a swap, and in the next ones. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "rewritten-00000000-0000-0000-0000-000000000001.parquet, true, true",
    "appended-00000000-0000-0000-0000-000000000001.parquet, false, true",
    "carried-00000000-0000-0000-0000-000000000001.parquet, false, false",
    "00000-0-0b5c-00001.parquet, false, false",
    "rewritten-by-hand.orc, false, false",
    "appended-by-hand.orc, false, false",
    "my-rewritten-1.parquet, false, false"
  })
  void carriedNameKeepsSayingWhoWroteTheFile(String name, boolean rewritten, boolean byFirn) {
    String carried = name;
    for (int swap = 0; swap < 3; swap++) {
      assertThat(SettledName.isRewritten(carried)).as(carried).isEqualTo(rewritten);
      assertThat(SettledName.isWrittenByFirn(carried)).as(carried).isEqualTo(byFirn);
      carried = SettledName.carried(carried);
      assertThat(SettledName.matches(carried)).as(carried).isTrue();
      assertThat(LandedName.parse(carried)).as(carried).isEmpty();
    }
  }

  @Test
  void fileThatLandedIsKnownAsAppendedAfterAnySwap() {
    String landed = new LandedName(12, "0f8fad5bd9cb469f").format();
    assertThat(SettledName.matches(landed)).isFalse();
    assertThat(SettledName.isWrittenByFirn(landed)).isTrue();

    String carried = SettledName.carried(SettledName.carried(landed));

    assertThat(carried).startsWith("appended-");
    assertThat(SettledName.isWrittenByFirn(carried)).isTrue();
    assertThat(SettledName.isRewritten(carried)).isFalse();
  }

  @Test
  void everyNameIsFresh() {
    assertThat(SettledName.rewritten()).isNotEqualTo(SettledName.rewritten());
    assertThat(SettledName.carried("x.parquet")).isNotEqualTo(SettledName.carried("x.parquet"));
    assertThat(SettledName.isRewritten(SettledName.carried(SettledName.rewritten()))).isTrue();
  }
}
