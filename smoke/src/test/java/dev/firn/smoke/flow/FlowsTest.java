package dev.firn.smoke.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.smoke.TestCommand;
import dev.firn.smoke.command.FirnCommand;
import dev.firn.testdata.FieldCaches;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each flow is green with Firn, and red with a command that does harm in its place. */
@Execution(ExecutionMode.CONCURRENT)
class FlowsTest {
  private static final boolean SOAK = Boolean.getBoolean("firn.soak");

  /** The others run to their end in a soak; here their saboteurs meet them half way. */
  private static final List<String> GREEN_HERE = List.of("core_boot_noop", "cache_roundtrip");

  /** One of the field caches, of a few partitions. */
  private static final String SMALL = "epoch-legacy";

  @TempDir static Path shared;
  @TempDir Path directory;
  private static TestCommand command;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeAll
  static void prepare() throws Exception {
    command = new TestCommand(shared);
  }

  private boolean run(Path firn, String... arguments) throws Exception {
    List<String> rest = new ArrayList<>(List.of(arguments).subList(1, arguments.length));
    rest.addAll(List.of("--firn", firn.toString()));
    boolean green =
        new FlowCommands(
                () -> new FirnCommand(firn),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8))
            .run(arguments[0], rest);
    for (String line : output().split("\n")) {
      if (line.startsWith("  its caches are in ")) {
        Trees.remove(Path.of(line.substring("  its caches are in ".length())));
      }
    }
    return green;
  }

  private String output() {
    return out.toString(StandardCharsets.UTF_8);
  }

  static Stream<String> greenHere() {
    return Flows.ALL.stream().map(Flow::name).filter(name -> SOAK || GREEN_HERE.contains(name));
  }

  @ParameterizedTest
  @MethodSource("greenHere")
  void flowIsGreenWithFirn(String flow) throws Exception {
    assertThat(run(command.plain(), "run", flow)).as(output()).isTrue();
    assertThat(output()).contains("1 of 1 flows ok");
  }

  /** By flow: a wrapper that does harm, and what the flow must say of it. */
  private static final Map<String, List<String>> SABOTEURS =
      Map.ofEntries(
          Map.entry(
              "core_boot_noop",
              List.of(
                  "case \"$*\" in *'query maintain'*) mkdir -p \"$2\" ;; esac; exec FIRN",
                  "no cache to be there after query maintain")),
          Map.entry(
              "cache_roundtrip",
              List.of(
                  "case \"$*\" in *'query rows'*) FIRN | sed 1d ;; *) exec FIRN ;; esac",
                  "expected the rows read [")),
          Map.entry(
              "cache_append_batching",
              List.of(
                  "case \"$*\" in *' append '*) sed 7d | FIRN ;; *) exec FIRN ;; esac",
                  "expected rows of a producer 400, found 399")),
          Map.entry(
              "cache_lifecycle_maintenance",
              List.of(
                  "case \"$*\" in *--dry-run*) FIRN; echo 1 >\"$2/new\" ;; *) exec FIRN ;; esac",
                  "expected what a dry run changed [], found [")),
          Map.entry(
              "maintenance_crash_recovery",
              List.of(
                  """
                  case "$*" in
                    *maintain*--json*)
                      FIRN
                      rm "$(ls -d "$2"/datasets/*/*/table-*/data/*.parquet | head -1)" ;;
                    *) exec FIRN ;;
                  esac\
                  """,
                  "query rows firn_smoke_crash")),
          Map.entry(
              "corrupt_cursor_preserved", List.of("FIRN; exit 0", "expected exit code 3, found 0")),
          Map.entry(
              "orphan_generation_reclaimed",
              List.of(
                  """
                  case "$*" in
                    *--dry-run*) FIRN; rm -r "$2"/datasets/*/*/table-90 ;;
                    *) exec FIRN ;;
                  esac\
                  """,
                  "expected a dry run to remove nothing")),
          Map.entry(
              "status_diagnostics",
              List.of(
                  """
                  case "$*" in
                    *status*--json*) FIRN | sed 's/"unreadable",/"live",/'; exit 3 ;;
                    *) exec FIRN ;;
                  esac\
                  """,
                  "unreadable, found live")),
          Map.entry(
              "local_parquet_export",
              List.of(
                  "case \"$*\" in *' export '*) FIRN; rm -r \"$6\"/*/source=west ;;"
                      + " *) exec FIRN ;; esac",
                  "expected rows exported as parquet 60, found 30")),
          Map.entry(
              "two_processes_race",
              List.of(
                  "case \"$*\" in *maintain*) exit 3 ;; *) exec FIRN ;; esac",
                  "expected exit code 0, found 3")),
          Map.entry(
              "retention_bounds_the_cache",
              List.of(
                  """
                  root=$2
                  case "$*" in *--config*) shift 4; set -- --root "$root" "$@" ;; esac
                  exec FIRN\
                  """,
                  "expected rows dropped by age 5, found 0")),
          Map.entry(
              "restore_undoes_a_pass",
              List.of(
                  "case \"$*\" in *restore*--apply*) exit 0 ;; *) exec FIRN ;; esac",
                  "expected the rows after the restore [")),
          Map.entry(
              "purge_leaves_no_trace",
              List.of(
                  """
                  case "$*" in
                    *--apply*) cp -r "$2"/datasets/*/*/table "$2/trace"; FIRN
                      cp -r "$2/trace" "$(ls -d "$2"/datasets/*/*)/table.bak" ;;
                    *) exec FIRN ;;
                  esac\
                  """,
                  "expected files that hold the client 0, found ")),
          Map.entry(
              "daemon_tick_compacts",
              List.of(
                  "case \"$*\" in *'query rows'*) FIRN | sed 1d ;; *) exec FIRN ;; esac",
                  "expected the rows read beside the daemon [")),
          Map.entry(
              "daemon_ingest_gateway",
              List.of(
                  "case \"$*\" in *'query sql'*) FIRN | sed 2d ;; *) exec FIRN ;; esac",
                  "expected the rows in the end [")),
          Map.entry(
              "daemon_ingest_otlp",
              List.of(
                  "case \"$*\" in *'query sql'*otel_logs*) FIRN | sed 2,9d ;; *) exec FIRN ;; esac",
                  "expected records that were acknowledged and are not there [], found [")),
          Map.entry(
              "old_format_opens",
              List.of(
                  "case \"$*\" in *'query rows'*) FIRN | sed 1d ;; *) exec FIRN ;; esac",
                  "expected the rows of v1 after a pass {")),
          Map.entry(
              "field_caches",
              List.of(
                  """
                  case "$*" in
                    *maintain*) touch "$2.maintained"; exec FIRN ;;
                    *'query rows'*) if [ -e "$2.maintained" ]; then FIRN | sed 1d; else FIRN; fi ;;
                    *) exec FIRN ;;
                  esac\
                  """,
                  "expected rows of datasets/")));

  static Stream<String> flows() {
    return Flows.ALL.stream().map(Flow::name);
  }

  @ParameterizedTest
  @MethodSource("flows")
  void flowTurnsRedWhenTheCommandDoesHarm(String flow) throws Exception {
    List<String> saboteur = SABOTEURS.get(flow);
    assertThat(saboteur).as("a saboteur of " + flow).isNotNull();

    Path firn = command.wrapped(saboteur.get(0));
    boolean green =
        flow.equals("field_caches")
            ? run(firn, "run", flow, "--root", FieldCaches.unpack(SMALL, directory).toString())
            : run(firn, "run", flow);

    assertThat(green).isFalse();
    assertThat(output()).contains("FAILED  " + flow, saboteur.get(1), "0 of 1 flows ok");
  }

  @Test
  void aRealCacheIsBitForBitWhatItWasAfterAFlowOnACopyOfIt() throws Exception {
    Path original = FieldCaches.unpack(SMALL, directory);
    Map<String, String> before = Trees.listing(original);

    boolean green = run(command.plain(), "run", "field_caches", "--root", original.toString());

    assertThat(green).as(output()).isTrue();
    assertThat(output()).contains(original + " is bit for bit what it was.");
    assertThat(Trees.listing(original)).isEqualTo(before);
  }

  @Test
  void aCommandThatReachesIntoTheOriginalIsCaught() throws Exception {
    Path original = FieldCaches.unpack(SMALL, directory);
    Path firn =
        command.wrapped(
            "case \"$*\" in *append*) touch '" + original + "/datasets' ;; esac; exec FIRN");

    boolean green = run(firn, "run", "core_boot_noop", "--root", original.toString(), "--json");

    assertThat(green).isFalse();
    JsonNode report = new ObjectMapper().readTree(output());
    assertThat(report.path("ok").asBoolean()).isFalse();
    assertThat(report.path("flows").path(0).path("ok").asBoolean()).isTrue();
    assertThat(report.path("changesInOriginal").path(0).asText()).startsWith("datasets:");
  }

  @Test
  void inspectSaysWhatIsThereWhatAPassWouldDoAndWhatIsWrong() throws Exception {
    Path root = FieldCaches.unpack("corrupt-cursor", directory);

    boolean sound = run(command.plain(), "inspect", "--root", root.toString());

    assertThat(sound).isFalse();
    assertThat(output())
        .contains("A pass would", "Wrong:", "the cursor cannot be read")
        .doesNotContain("changed while it was inspected");
  }

  @Test
  void inspectNoticesWhoeverChangesTheCacheMeanwhile() throws Exception {
    Path root = FieldCaches.unpack(SMALL, directory);
    Path firn = command.wrapped("FIRN; echo >\"$2/left-behind\"");

    assertThat(run(firn, "inspect", "--root", root.toString())).isFalse();
    assertThat(output()).contains("changed while it was inspected: left-behind: is new");
    Files.delete(root.resolve("left-behind"));
  }

  @Test
  void whatIsNotKnownIsWrongUsage() {
    for (List<String> arguments :
        List.of(
            List.of("run"),
            List.of("run", "field_cachse"),
            List.of("run", "all", "--kep"),
            List.of("run", "all", "--root"),
            List.of("run", "all", "--root", directory.resolve("none").toString()),
            List.of("inspect"))) {
      assertThatIllegalArgumentException()
          .as(arguments.toString())
          .isThrownBy(() -> run(command.plain(), arguments.toArray(String[]::new)));
    }
  }
}
