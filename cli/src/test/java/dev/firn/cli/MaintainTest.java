package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRun.Result;
import dev.firn.core.layout.Layout;
import dev.firn.core.layout.Partition;
import dev.firn.maintenance.PassOptions;
import dev.firn.maintenance.PassOptions.Steps;
import dev.firn.maintenance.report.PartitionReport;
import dev.firn.maintenance.report.PartitionReport.Outcome;
import dev.firn.maintenance.report.PassReport;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@VerifiedAtTheEnd
class MaintainTest {
  @TempDir Path home;
  private Path root;

  @BeforeEach
  void unpack() throws IOException {
    root = FieldCaches.unpack("source-table-fresh", home);
  }

  private Result maintain(CommandRun run, String... args) {
    return run.with("FIRN_ROOT", root.toString())
        .run(
            Stream.concat(Stream.of("query", "maintain"), Arrays.stream(args))
                .toArray(String[]::new));
  }

  private PassOptions optionsOf(String... args) {
    CommandRun run = new CommandRun(home);
    assertThat(maintain(run, args).code()).isZero();
    return run.options();
  }

  private static PassReport reporting(Outcome... outcomes) {
    return new PassReport(
        false,
        1,
        Arrays.stream(outcomes)
            .map(
                outcome ->
                    PartitionReport.untouched(
                        new Partition("a", Map.of(), Path.of("/a"), "datasets/a"),
                        Optional.of(Layout.EPOCH),
                        "epoch=1",
                        outcome,
                        "because"))
            .toList(),
        List.of(),
        List.of(),
        0,
        false);
  }

  @Test
  void withoutOptionsEverythingThatIsDueIsDoneWithoutTimeLimit() {
    assertThat(optionsOf()).isEqualTo(PassOptions.standard());
  }

  @Test
  void everyOptionReachesThePass() {
    assertThat(optionsOf("otel_events", "otel_events").datasets()).containsExactly("otel_events");
    assertThat(optionsOf("--dry-run").dryRun()).isTrue();
    assertThat(optionsOf("--force").force()).isTrue();
    assertThat(optionsOf("--compact-only").steps()).isEqualTo(Steps.COMPACT_ONLY);
    assertThat(optionsOf("--retain-only").steps()).isEqualTo(Steps.RETAIN_ONLY);
    assertThat(optionsOf("--expire-only").steps()).isEqualTo(Steps.EXPIRE_ONLY);
    assertThat(optionsOf("--sweep-only").steps()).isEqualTo(Steps.SWEEP_ONLY);
    assertThat(optionsOf("--budget", "500ms").budget()).contains(Duration.ofMillis(500));
    assertThat(optionsOf("--budget", "2h").budget()).contains(Duration.ofHours(2));
    assertThat(optionsOf("--wait").waitForHeld()).isTrue();
    assertThat(optionsOf("--no-grace", "--yes").noGrace()).isTrue();
    assertThat(optionsOf("--no-grace", "--dry-run").noGrace()).isTrue();
  }

  @Test
  void noGraceWithoutATerminalNeedsYes() {
    CommandRun run = new CommandRun(home);

    Result result = maintain(run, "--no-grace");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("--yes");
    assertThat(run.options()).isNull();
  }

  @Test
  void noGraceOnATerminalAsks() {
    CommandRun no = new CommandRun(home).typing("n\n");
    assertThat(maintain(no, "--no-grace").code()).isEqualTo(2);
    assertThat(no.options()).isNull();

    CommandRun silence = new CommandRun(home).typing("");
    assertThat(maintain(silence, "--no-grace").code()).isEqualTo(2);
    assertThat(silence.options()).isNull();

    CommandRun yes = new CommandRun(home).typing("yes\n");
    Result result = maintain(yes, "--no-grace");
    assertThat(result.code()).isZero();
    assertThat(result.err()).contains("[y/N]");
    assertThat(yes.options().noGrace()).isTrue();
  }

  @Test
  void theExitCodeTellsTheWorstThatHappened() {
    assertThat(codeOf(Outcome.COMPACTED, Outcome.SKIPPED)).isZero();
    assertThat(codeOf(Outcome.COMPACTED, Outcome.FAILED)).isEqualTo(1);
    assertThat(codeOf(Outcome.FAILED, Outcome.UNREADABLE)).isEqualTo(3);
    assertThat(codeOf(Outcome.HELD, Outcome.HELD)).isEqualTo(4);
    assertThat(codeOf(Outcome.HELD, Outcome.SKIPPED)).isZero();
    assertThat(codeOf(Outcome.HELD, Outcome.UNREADABLE)).isEqualTo(3);
    assertThat(codeOf()).isZero();
  }

  private int codeOf(Outcome... outcomes) {
    return maintain(new CommandRun(home).answering(reporting(outcomes))).code();
  }
}
