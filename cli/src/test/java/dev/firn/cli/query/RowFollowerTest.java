package dev.firn.cli.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRun;
import dev.firn.cli.session.GlobalOptions;
import dev.firn.cli.session.Session;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.partition.PartitionInspector;
import dev.firn.core.partition.PartitionState.Live;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowFollowerTest {
  @TempDir Path home;
  private CommandRun run;
  private Session session;
  private RowFollower follower;
  private final List<String> seen = new ArrayList<>();
  private final List<String> expected = new ArrayList<>();

  @BeforeEach
  void begin() throws IOException {
    run = new CommandRun(home).maintaining();
    append(1);
    session = new Session(run.environment(), new GlobalOptions());
    follower =
        new RowFollower(
            new LocalDisk(),
            new RowSelection(new LocalDisk(), List.of(), Optional.empty(), List.of()),
            (partition, type, row) -> seen.add(String.valueOf(row.getField("n"))),
            new Unreadables(session));
    follower.from(
        (Live)
            new PartitionInspector(new LocalDisk())
                .inspect(session.cache().partitions("a").get(0)));
    expected.clear();
  }

  private void append(int exchanges) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < exchanges; i++) {
      String n = String.valueOf(next++);
      expected.add(n);
      lines.append("{\"n\":").append(n).append("}\n");
    }
    assertThat(run.reading(lines.toString()).run("append", "a", "--batch", "1").code()).isZero();
  }

  private int next;

  private void maintain(String... more) {
    List<String> line = new ArrayList<>(List.of("query", "maintain", "--force"));
    line.addAll(List.of(more));
    assertThat(run.run(line.toArray(String[]::new)).code()).isZero();
  }

  private void look() throws IOException {
    follower.look(session.cache().partitions("a"));
  }

  @Test
  void rowsThatLandArePrintedOnceAndInTheirOrder() throws IOException {
    look();
    assertThat(seen).isEmpty();
    append(12);
    look();
    look();
    append(1);
    look();

    assertThat(seen).isEqualTo(expected);
  }

  @Test
  void aRowThatWasCompactedBeforeTheNextLookIsPrintedOnce() throws IOException {
    append(2);
    look();
    append(2);
    maintain();
    look();
    append(2);
    maintain();
    append(2);
    maintain();
    append(2);
    look();
    look();

    assertThat(seen).isEqualTo(expected);
  }

  @Test
  void rowsOfAPartitionThatAppearsAreAllPrinted() throws IOException {
    run.reading("{\"n\":100}\n{\"n\":101}").run("append", "a", "--source", "zzz");
    look();
    run.reading("{\"n\":102}").run("append", "a", "--source", "zzz");
    look();

    assertThat(seen).containsExactly("100", "101", "102");
  }

  @Test
  void aGenerationThatWentBeforeTheNextLookIsNamed() throws IOException {
    append(2);
    maintain("--no-grace", "--yes");
    append(1);
    look();

    assertThat(seen).containsExactly(expected.get(2));
    assertThat(run.err()).contains("source=default", "may be missing");
    look();
    assertThat(seen).hasSize(1);
  }

  @Test
  void aPartitionInDoubtIsNamedOnceAndFollowedAgainWhenItIsMended() throws IOException {
    Path cursor = home.resolve(".firn/cache/datasets/a/source=default/cursor.json");
    byte[] good = Files.readAllBytes(cursor);
    append(1);
    Files.writeString(cursor, "{");
    look();
    look();
    assertThat(seen).isEmpty();
    assertThat(run.err().lines().filter(line -> line.contains("source=default"))).hasSize(1);

    Files.write(cursor, good);
    look();
    assertThat(seen).isEqualTo(expected);
  }

  @Test
  void whateverTheOrderOfAppendsPassesAndLooksEachRowIsPrintedOnce() throws IOException {
    for (int seed = 0; seed < 3; seed++) {
      Random random = new Random(seed);
      for (int step = 0; step < 30; step++) {
        switch (random.nextInt(4)) {
          case 0 -> maintain();
          case 1 -> look();
          default -> append(1 + random.nextInt(3));
        }
      }
      look();
      assertThat(seen).as("seed " + seed).isEqualTo(expected);
    }
  }

  @Test
  void numbersAreRememberedWithAndWithoutGaps() {
    LandedNumbers numbers = new LandedNumbers(3);

    assertThat(numbers.add(3)).isFalse();
    assertThat(numbers.add(5)).isTrue();
    assertThat(numbers.add(5)).isFalse();
    assertThat(numbers.add(4)).isTrue();
    assertThat(numbers.add(5)).isFalse();
    assertThat(numbers.add(6)).isTrue();
  }
}
