package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.firn.cli.CommandRun.Result;
import dev.firn.testdata.FieldCaches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class UsageTest {
  @TempDir static Path shared;
  private static Path fresh;

  @TempDir Path home;

  /** Nobody writes to it. */
  @BeforeAll
  static void unpack() throws IOException {
    fresh = FieldCaches.unpack("source-table-fresh", shared);
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        arguments("", "expected a command"),
        arguments("querry status", "query"),
        arguments("query", "expected a command after \"firn query\""),
        arguments("query mantain", "did you mean \"firn query maintain\"?"),
        arguments("status", "did you mean \"firn query status\" or \"firn daemon status\"?"),
        arguments("stats", "did you mean \"firn query status\" or \"firn daemon status\"?"),
        arguments("xyzzyxyzzy", "\"xyzzyxyzzy\" is no command of \"firn\"\n"),
        arguments("query status --jsn", "did you mean \"--json\"?"),
        arguments("query status a b", "\"b\" is one argument too many"),
        arguments("query maintain --compact-only --sweep-only", "mutually exclusive"),
        arguments("query maintain --budget 30", "30s"),
        arguments("query maintain --budget -5s", "-5s"),
        arguments("query maintain --budget 1w", "1d"),
        arguments("query maintain --retain-only --sweep-only", "mutually exclusive"),
        arguments("query maintain otel_event", "did you mean \"otel_events\"?"),
        arguments("query maintain ../../etc", "slash"),
        arguments("query status otel_event", "ai_gateway_messages, otel_events"),
        arguments("query explain nothing", "ai_gateway_messages, otel_events"),
        arguments("query rows", "DATASET"),
        arguments("query rows ../../etc", "slash"),
        arguments("query rows ..", "leads out"),
        arguments("query rows otel_event", "did you mean \"otel_events\"?"),
        arguments("query rows otel_events --columns evnt_id", "did you mean \"event_id\"?"),
        arguments("query rows otel_events --columns zzzzzzzz", "severity_number"),
        arguments("query rows otel_events --limit -1", "-1"),
        arguments("query rows otel_events --limit many", "'many' is no whole number"),
        arguments("query rows otel_events --partition source", "key=value"),
        arguments("query rows otel_events --partition source=..", "leads out"),
        arguments("query rows otel_events --partition source=nobody", "source=claude"),
        arguments("query rows otel_events --last -1", "--last -1"),
        arguments("query rows otel_events --last 1 --limit 1", "exclude each other"),
        arguments("query rows otel_events --since 1", "2h"),
        arguments("append", "DATASET"),
        arguments("append ../x", "slash"),
        arguments("append logs --source a --partition b=c", "mutually exclusive"),
        arguments("append logs --source a/b=c", "slash"),
        arguments("append logs --source ..", "leads out"),
        arguments("append logs --partition a", "key=value"),
        arguments("append logs --partition epoch=1", "names generations"),
        arguments("append logs --batch 0", "--batch 0"),
        arguments("append logs nothing.jsonl", "no such file"),
        arguments("append logs /tmp", "found a directory"),
        arguments("append logs --key x --batch 5", "--batch makes many"),
        arguments("query schema otel_event", "otel_events"),
        arguments("query restore otel_events", "name it with --partition"),
        arguments("query restore otel_events --partition source=nobody", "source=claude"),
        arguments("query purge otel_events", "--where"),
        arguments("query purge otel_events --where nothing", "there is no column"),
        arguments("query purge nobody --where x=1", "otel_events"),
        arguments("config shwo", "show"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void everyMistakeIsNamedInAMessageAndExits2(String line, String named) {
    Result result =
        new CommandRun(home)
            .with("FIRN_ROOT", fresh.toString())
            .run(line.isEmpty() ? new String[0] : line.split(" "));

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).startsWith("firn: ").contains(named).doesNotContain("\tat ");
  }

  @Test
  void globalOptionsStandBeforeTheCommandOrAfterIt() {
    Path root = fresh;
    Result before =
        new CommandRun(home).run("--root", root.toString(), "--json", "query", "status");
    Result between = new CommandRun(home).run("query", "--root=" + root, "--json", "status");
    Result after = new CommandRun(home).run("query", "status", "--json", "--root=" + root);

    assertThat(before.json().get("root").asText()).isEqualTo(root.toString());
    assertThat(between).isEqualTo(before);
    assertThat(after).isEqualTo(before);
  }

  @Test
  void theRootIsTheOptionElseTheVariableElseInTheHomeDirectory() throws IOException {
    Path root = Files.createDirectory(home.resolve("cache"));
    CommandRun run = new CommandRun(home);

    assertThat(run.run("query", "status").out()).contains(home + "/.firn/cache");
    run.with("FIRN_ROOT", "");
    assertThat(run.run("query", "status").out()).contains(home + "/.firn/cache");
    run.with("FIRN_ROOT", home + "/other");
    assertThat(run.run("query", "status").out()).contains(home + "/other");
    assertThat(run.run("query", "status", "--root", root.toString()).out()).contains(root + " yet");
  }

  @Test
  void aRootThatDoesNotExistHasNothingInItYet() {
    CommandRun run = new CommandRun(home);

    Result status = run.run("query", "status");
    assertThat(status.code()).isZero();
    assertThat(status.out()).contains("There is nothing in").contains("yet");

    Result json = run.run("query", "status", "--json");
    assertThat(json.code()).isZero();
    assertThat(json.json().get("partitions")).isEmpty();
    assertThat(json.json().get("totals").get("partitions").asInt()).isZero();

    Result maintain = run.run("query", "maintain", "--json");
    assertThat(maintain.code()).isZero();
    assertThat(maintain.json().get("totals").get("compacted").asInt()).isZero();

    assertThat(run.run("query", "explain").code()).isZero();
    Result rows = run.run("query", "rows", "otel_events");
    assertThat(rows.code()).isEqualTo(2);
    assertThat(rows.err()).contains("there is no cache at");
    assertThat(home.resolve(".firn")).doesNotExist();
  }

  @Test
  void aRootThatIsAFileIsAMistake() throws IOException {
    Path file = Files.writeString(home.resolve("file"), "x");

    for (String command : new String[] {"status", "maintain", "explain"}) {
      Result result = new CommandRun(home).run("query", command, "--root", file.toString());
      assertThat(result.code()).isEqualTo(2);
      assertThat(result.err()).contains("found a file");
    }
  }

  @Test
  void aRootMayBeALinkToADirectoryOrLieBelowOne() throws IOException {
    Files.createDirectories(home.resolve("big/disk"));
    Files.createSymbolicLink(home.resolve("link"), home.resolve("big/disk"));
    for (String root : new String[] {"link", "link/cache"}) {
      CommandRun run = new CommandRun(home).with("FIRN_ROOT", home.resolve(root).toString());

      Result appended = run.reading("{\"id\":1}").run("append", "jobs");

      assertThat(appended.code()).as(appended.err()).isZero();
      assertThat(run.run("query", "rows", "jobs").out()).isEqualTo("{\"id\":1}\n");
    }
    assertThat(home.resolve("big/disk/datasets/jobs")).isDirectory();
    assertThat(home.resolve("big/disk/cache/datasets/jobs")).isDirectory();
  }

  @Test
  void aRootThatLeadsToNothingOrIsNoNameIsNotAnEmptyCache() throws IOException {
    Files.createSymbolicLink(home.resolve("link"), home.resolve("not-mounted"));
    CommandRun run = new CommandRun(home);
    for (String[] line :
        new String[][] {
          {"query", "status"},
          {"query", "status", "--json"},
          {"query", "verify"},
          {"query", "maintain"},
          {"query", "sql", "SELECT 1"},
          {"append", "jobs"}
        }) {
      run.reading("{\"id\":1}").with("FIRN_ROOT", home.resolve("link").toString());
      Result result = run.run(line);
      assertThat(result.code()).as(String.join(" ", line)).isEqualTo(2);
      assertThat(result.err()).contains("found a symbolic link that leads to none");

      List<String> empty = new ArrayList<>(List.of(line));
      empty.addAll(0, List.of("--root", ""));
      result = run.run(empty.toArray(String[]::new));
      assertThat(result.code()).isEqualTo(2);
      assertThat(result.err()).contains("--root is empty");
    }
  }

  @Test
  void whatIsInAMessageBreaksNoLineAndSteersNoTerminal() {
    CommandRun run = new CommandRun(home);
    assertThat(run.reading("{\"id\":1}").run("append", "jobs").code()).isZero();
    String to = home.resolve("to").toString();
    for (String[] line :
        new String[][] {
          {"append", "a\nb\u001b[1m"},
          {"query", "rows", "a\nb\u001b[1m"},
          {"query", "rows", "jobs", "--columns", "a\nb\u001b[1m"},
          {"query", "rows", "jobs", "--partition", "source=a\nb\u001b[1m"},
          {"export", "jobs", "--to", to, "--columns", "a\nb\u001b[1m"},
        }) {
      Result result = run.run(line);
      assertThat(result.code()).as(String.join(" ", line)).isEqualTo(2);
      assertThat(result.err()).contains("a\\nb\\u001b[1m\"").hasLineCount(1);
    }
    Result result = run.run("query", "sql", "SELECT error(chr(27) || '[1m' || chr(155) || 'x')");
    assertThat(result.err()).contains(" [1m x");
    assertThat(run.run("query", "sql", "SELECT chr(155) || 'x' AS c").out())
        .isEqualTo("c\n x\n(1 row)\n");
  }

  @Test
  void anEmptyPathIsNotTheDirectoryThatIsCurrent() {
    CommandRun run = new CommandRun(home);
    assertThat(run.reading("{\"id\":1}").run("append", "jobs").code()).isZero();

    assertThat(run.run("export", "jobs", "--to", "").code()).isEqualTo(2);
    assertThat(run.run("export", "jobs", "--to", "").err()).contains("--to is empty");
    assertThat(run.run("query", "sql", "FROM jobs", "-o", "").err()).contains("--output is empty");
  }
}
