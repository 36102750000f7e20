package dev.firn.core.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GenerationNameTest {

  @ParameterizedTest
  @CsvSource({
    "table, SOURCE_TABLE, 0",
    "table-1, SOURCE_TABLE, 1",
    "table-10, SOURCE_TABLE, 10",
    "table-1795319052415, SOURCE_TABLE, 1795319052415",
    "table-999999999999999999, SOURCE_TABLE, 999999999999999999",
    "epoch=0, EPOCH, 0",
    "epoch=7, EPOCH, 7",
    "epoch=999999999999999999, EPOCH, 999999999999999999",
  })
  void exactNamesAreGenerations(String text, Layout layout, long number) {
    assertThat(GenerationName.parse(text)).contains(new GenerationName(layout, number));
    assertThat(new GenerationName(layout, number).format()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "tables",
        "Table",
        "TABLE-7",
        " table",
        "table ",
        "table\n",
        "table\0",
        "table/",
        "table-",
        "table-0",
        "table-07",
        "table-00",
        "table--7",
        "table-+7",
        "table-7 ",
        "table-7.bak",
        "table-7~",
        "table-7/",
        "table-7-8",
        "table-0x7",
        "table-1e3",
        "table-7.0",
        "table_7",
        "table=7",
        "table-1000000000000000000",
        "table-99999999999999999999999999",
        "table-\u0667",
        "table-\uff17",
        ".table-7",
        ".building-table-7",
        "epoch",
        "epoch=",
        "epoch=01",
        "epoch=00",
        "epoch=-1",
        "epoch=+1",
        "epoch= 1",
        "epoch=1 ",
        "epoch=1.bak",
        "epoch=1.0",
        "epoch-1",
        "epoch==1",
        "Epoch=1",
        "epoch=1000000000000000000",
        "epoch=\u0661",
        "source=table",
      })
  void lookAlikesAreNoGenerations(String text) {
    assertThat(GenerationName.parse(text)).isEmpty();
  }

  @Test
  void parseAndFormatAreInverse() {
    long seed = 20261122;
    Random random = new Random(seed);
    for (int i = 0; i < 10_000; i++) {
      Layout layout = Layout.values()[random.nextInt(2)];
      long number = (random.nextLong() >>> 1 + random.nextInt(63)) % 1_000_000_000_000_000_000L;
      GenerationName name = new GenerationName(layout, number);
      assertThat(GenerationName.parse(name.format())).as("seed %d", seed).contains(name);
    }
  }

  @Test
  void noNumberIsNegativeOrTooLongToParse() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GenerationName(Layout.EPOCH, -1))
        .withMessageContaining("-1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GenerationName(Layout.EPOCH, 1_000_000_000_000_000_000L))
        .withMessageContaining("1000000000000000000");
  }
}
