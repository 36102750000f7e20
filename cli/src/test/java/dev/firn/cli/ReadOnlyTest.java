package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRun.Result;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadOnlyTest {
  @TempDir Path home;
  private final List<String> changes = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "query status",
        "query status --json",
        "query explain",
        "query rows otel_events",
        "query schema otel_events",
        "query sql FROM/**/otel_events",
        "query sql FROM/**/ai_gateway_messages --json",
        "query tables --json",
        "query overview",
        "query verify",
        "query verify --full --json",
        "query maintain --dry-run",
        "query maintain --dry-run --force --no-grace",
        "config show",
        "config validate"
      })
  void commandsThatReadChangeNothing(String command) throws IOException {
    Path root = FieldCaches.unpack("source-table-compacted", home);

    Result result =
        new CommandRun(home)
            .maintaining()
            .on(ReadOnlyDisk.refusing(changes))
            .with("FIRN_ROOT", root.toString())
            .run(command.split(" "));

    assertThat(result.code()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(changes).isEmpty();
  }
}
