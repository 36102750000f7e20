package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.core.append.Appends;
import dev.firn.core.append.Receipt;
import dev.firn.core.append.ReusedIdException;
import dev.firn.core.cache.Cache;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.rows.JsonExchange;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Kind;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exchanges with given ids are known again in the generations that follow. */
class RepeatedAppendTest {
  private final RecordingDisk disk = new RecordingDisk();
  private final Map<String, Receipt> first = new HashMap<>();
  @TempDir Path root;

  @Test
  void receiptsOfTheWindowOutliveEverySwap() throws Exception {
    append("a", "b", "c");
    for (int pass = 0; pass < 3; pass++) {
      appendPlain("plain" + pass + "-0", "plain" + pass + "-1");
      compact();
      requireRepetitionsAreKnown();
      append("after" + pass);
    }
    compact();
    requireRepetitionsAreKnown();
    assertThat(Appends.keys(disk, root)).hasSize(2 * (3 + 6 + 3)).doesNotHaveDuplicates();
  }

  @Test
  void whatLandsDuringTheRewriteIsKnownToo() throws Exception {
    append("a", "b");
    int[] locks = {0};
    boolean[] building = {false};
    disk.failWith(
        call -> {
          boolean first = !building[0] && call.path().toString().contains(".building-");
          building[0] |= first;
          boolean lock = call.kind() == Kind.LOCK && call.path().endsWith(".commit.lock");
          if (first || (building[0] && lock)) {
            try {
              append("during" + locks[0]++);
            } catch (Exception e) {
              throw new AssertionError(e);
            }
          }
        });
    compact();
    disk.failWith(call -> {});

    assertThat(locks[0]).isGreaterThanOrEqualTo(3); // the last one is that of the swap
    requireRepetitionsAreKnown();
    compact();
    requireRepetitionsAreKnown();
    assertThat(Appends.keys(disk, root)).hasSize(2 * (2 + locks[0])).doesNotHaveDuplicates();
  }

  @Test
  void aShorterWindowIsCarriedOverAndEnds() throws Exception {
    append("kept");
    try (Cache cache = Appends.open(disk, root)) {
      byte[] json = Appends.exchange("brief", 2).getBytes(StandardCharsets.UTF_8);
      JsonExchange exchange = JsonExchange.parse(json, 0, json.length);
      first.put("brief", Appends.writer(cache).append(exchange, "brief", Duration.ofMinutes(50)));
    }
    appendPlain("plain0", "plain1");
    compact();
    requireRepetitionsAreKnown();

    appendPlain("plain2", "plain3");
    Passes passes = new Passes(disk, root);
    passes.setWallClock(Instant.now().plus(Duration.ofMinutes(51)));
    passes.forced();
    first.remove("brief");
    requireRepetitionsAreKnown();
    append("brief");
    assertThat(Appends.keys(disk, root)).hasSize(2 * (2 + 4 + 1));
  }

  @Test
  void receiptsOlderThanTheWindowAreLeftBehind() throws Exception {
    append("a", "b");
    Passes passes = new Passes(disk, root);
    passes.setWallClock(Instant.now().plus(Duration.ofHours(25)));
    passes.forced();

    assertThat(disk.list(Appends.live(disk, root).generation().directory()))
        .noneMatch(name -> name.startsWith("receipts-"));
  }

  private void compact() throws Exception {
    Passes passes = new Passes(disk, root);
    passes.setWallClock(Instant.now());
    assertThat(passes.forced().count(Outcome.COMPACTED)).isEqualTo(1);
  }

  private void append(String... ids) throws Exception {
    try (Cache cache = Appends.open(new LocalDisk(), root)) {
      for (String id : ids) {
        first.put(id, append(cache, id));
      }
    }
  }

  private void appendPlain(String... ids) throws Exception {
    try (Cache cache = Appends.open(new LocalDisk(), root)) {
      for (String id : ids) {
        Appends.writer(cache).append(Appends.exchange(id, 2));
      }
    }
  }

  private void requireRepetitionsAreKnown() throws Exception {
    try (Cache cache = Appends.open(new LocalDisk(), root)) {
      for (Map.Entry<String, Receipt> receipt : first.entrySet()) {
        assertThat(append(cache, receipt.getKey())).isEqualTo(receipt.getValue());
        assertThatThrownBy(() -> append(cache, "another", receipt.getKey()))
            .as(receipt.getKey())
            .isInstanceOf(ReusedIdException.class)
            .hasMessageContaining(receipt.getValue().where());
      }
    }
  }

  private static Receipt append(Cache cache, String id) throws Exception {
    return append(cache, id, id);
  }

  private static Receipt append(Cache cache, String keys, String id) throws Exception {
    byte[] json = Appends.exchange(keys, 2).getBytes(StandardCharsets.UTF_8);
    return Appends.writer(cache).append(JsonExchange.parse(json, 0, json.length), id);
  }
}
