package dev.firn.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.firn.core.testing.Mutations;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigFuzzTest {
  private static final long SEED = Boolean.getBoolean("firn.soak") ? System.nanoTime() : 20261122;
  private static final Path FILE = Path.of("/cache/firn.json");

  private static final String FULL =
      """
      { "query": { "cache": {
          "maintenance": { "enabled": true, "interval_minutes": 60, "target_file_bytes": 134217728,
            "min_snapshots_to_keep": 10, "max_snapshot_age_hours": 24, "compact_file_count": 32,
            "max_tick_ms": 30000, "retired_grace_hours": 24, "prove": "counts" },
          "datasets": { "jobs": { "key": "job_id", "dedupe": "last", "on_mismatch": "rescue" } },
          "retention": { "default_days": 90, "datasets": { "logs": 7,
            "jobs": { "days": 30, "max_rows": 100000, "protect": "status = 'x'" } } } } },
        "daemon": { "listen": "127.0.0.1:4790" } }
      """;

  @Test
  void aConfigurationWithZeroedBytesIsNamedAsSuch() {
    byte[] content = FULL.getBytes(StandardCharsets.UTF_8);
    Arrays.fill(content, 0, 40, (byte) 0);

    assertThatThrownBy(() -> Config.parse(FILE, content))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("no valid JSON")
        .hasMessageContaining("expected UTF-8");
  }

  @Test
  void aConfigurationIsReadOrItsProblemsAreNamed() {
    List<String> words = new ArrayList<>(Mutations.JSON);
    words.addAll(
        List.of(
            "\"datasets\":{", "\"days\":", "\"prove\":", "\"query\":", "\"\":", "\"listen\":1,"));
    Mutations mutations = new Mutations(SEED, words);
    int accepted = 0;
    for (int i = 0; i < Mutations.ROUNDS; i++) {
      byte[] content = mutations.mutate(FULL.getBytes(StandardCharsets.UTF_8));
      try {
        Config config = Config.parse(FILE, content);
        config.maintenance();
        config.append("test");
        config.settings();
        accepted++;
      } catch (InvalidConfigException e) {
        assertThat(e.problems()).isNotEmpty();
        assertThat(e.getMessage()).contains(FILE.toString());
      } catch (RuntimeException | Error e) {
        fail(
            "seed %d, round %d: %s".formatted(SEED, i, new String(content, StandardCharsets.UTF_8)),
            e);
      }
    }
    assertThat(accepted).isPositive();
  }
}
