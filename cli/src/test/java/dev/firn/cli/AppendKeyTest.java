package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRun.Result;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code append --key}: what it names goes in once, whole or not at all. */
@VerifiedAtTheEnd
class AppendKeyTest {
  @TempDir Path home;

  private Result append(String text, String... more) throws IOException {
    Path file = Files.writeString(home.resolve("in.jsonl"), text);
    List<String> arguments =
        new java.util.ArrayList<>(List.of("append", "orders", file.toString(), "--key", "day 7"));
    arguments.addAll(List.of(more));
    return new CommandRun(home).maintaining().run(arguments.toArray(String[]::new));
  }

  private List<String> rows() {
    return new CommandRun(home).maintaining().run("query", "rows", "orders").lines();
  }

  @Test
  void theSameKeyAppendsOnceAlsoAfterACompaction() throws IOException {
    String lines = "{\"n\": 1}\n{\"n\": 2}\n";
    Result first = append(lines);
    assertThat(first.code()).as(first.err()).isZero();
    assertThat(first.out()).startsWith("2 rows in 1 exchange to orders/source=default");
    assertThat(append(lines).out()).isEqualTo(first.out());

    new CommandRun(home)
        .maintaining()
        .run("append", "orders", "--key", "other", home.resolve("in.jsonl").toString());
    assertThat(new CommandRun(home).maintaining().run("query", "maintain", "--force").out())
        .contains("compacted");
    assertThat(append(lines).code()).isZero();
    assertThat(rows()).hasSize(4);
  }

  @Test
  void otherRowsUnderTheSameKeyAreRefusedAndTheFirstStay() throws IOException {
    append("{\"n\": 1}\n");
    Result other = append("{\"n\": 2}\n");
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("another exchange has come under this id", "another --key");
    assertThat(other.out()).startsWith("0 rows in 0 exchanges");
    assertThat(append("{\"n\": 1.0}").code()).isZero();
    assertThat(rows()).containsExactly("{\"n\":1}");
  }

  @Test
  void aKeyedInputOfManyLinesIsOneExchange() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 3_000; i++) {
      lines.append("{\"n\": ").append(i).append("}\n");
    }
    assertThat(append(lines.toString()).out()).startsWith("3,000 rows in 1 exchange");
    assertThat(append("[{\"n\": 1}, {\"n\": 2}]", "--source", "b").out())
        .startsWith("2 rows in 1 exchange");
  }

  @Test
  void aLineThatIsNoJsonKeepsAllOfItOut() throws IOException {
    Result broken = append("{\"n\": 1}\n{\"n\": \n{\"n\": 3}\n");
    assertThat(broken.code()).isEqualTo(1);
    assertThat(broken.err()).contains("line 2", "goes in whole or not at all");
    assertThat(broken.out()).startsWith("0 rows in 0 exchanges");

    assertThat(append("{\"n\": 1}\n{\"n\": 2}\n{\"n\": 3}\n").code()).isZero();
    assertThat(rows()).hasSize(3);
  }

  @Test
  void whatMakesMoreThanOneExchangeIsWrongUsage() throws IOException {
    assertThat(append("{\"n\": 1}\n[{\"n\": 2}]\n").code()).isEqualTo(2);
    assertThat(append("{\"n\": 1}\n", "--batch", "10").err())
        .contains("--key day 7 names one exchange; --batch makes many");
    Path second = Files.writeString(home.resolve("second"), "{\"n\": 1}\n");
    assertThat(append("{\"n\": 1}\n", second.toString()).code()).isEqualTo(2);
    assertThat(new CommandRun(home).run("append", "orders", "--key", "").code()).isEqualTo(2);
    assertThat(home.resolve(".firn/cache/datasets")).doesNotExist();
  }
}
