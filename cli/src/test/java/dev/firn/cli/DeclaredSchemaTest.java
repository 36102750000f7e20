package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRun.Result;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Columns that a configuration declares, from the append to the export. */
@VerifiedAtTheEnd
class DeclaredSchemaTest {
  private static final String STRUCT =
      """
      {"type":"struct","fields":[
        {"id":4,"name":"name","required":false,"type":"string"},
        {"id":5,"name":"since","required":false,"type":"timestamptz"}]}""";
  private static final String FIELDS =
      """
      {"id":1,"name":"id","required":true,"type":"long"},
      {"id":2,"name":"cost","required":false,"type":"decimal(12, 2)"},
      {"id":3,"name":"owner","required":false,"type":%s},
      {"id":6,"name":"tags","required":false,
        "type":{"type":"list","element-id":7,"element":"string","element-required":false}},
      {"id":8,"name":"sizes","required":false,
        "type":{"type":"map","key-id":9,"key":"string","value-id":10,"value":"long",
          "value-required":false}}
      """
          .formatted(STRUCT);
  private static final String FULL =
      "{\"id\":1,\"cost\":12.50,\"owner\":{\"name\":\"a\",\"since\":\"2026-01-01T00:00:00.000000Z\"},"
          + "\"tags\":[\"x\"],\"sizes\":{\"k\":1}}";

  @TempDir Path home;

  private CommandRun run(String onMismatch) throws IOException {
    return run(onMismatch, FIELDS);
  }

  private CommandRun run(String onMismatch, String fields) throws IOException {
    Files.writeString(
        home.resolve("jobs.json"),
        "{\"type\":\"struct\",\"schema-id\":0,\"fields\":[" + fields + "]}");
    Files.writeString(
        home.resolve("firn.json"),
        "{\"query\":{\"cache\":{\"datasets\":{\"jobs\":{\"schema\":\"jobs.json\",\"on_mismatch\":\""
            + onMismatch
            + "\"}}}}}");
    return plain().with("FIRN_CONFIG", home.resolve("firn.json").toString());
  }

  private CommandRun plain() {
    return new CommandRun(home).maintaining().with("FIRN_ROOT", home.resolve("cache").toString());
  }

  @Test
  void aNewTableHasTheDeclaredColumnsAndKeepsThemThroughMaintenance() throws Exception {
    CommandRun run = run("reject");
    assertThat(run.reading("{\"id\":2}\n" + FULL).run("append", "jobs", "--batch", "1").code())
        .isZero();

    for (int pass = 0; pass < 2; pass++) {
      assertThat(
              run.run(
                      "query",
                      "sql",
                      "SELECT typeof(cost), typeof(tags), owner.since, sizes['k'],"
                          + " cost FROM jobs WHERE id = 1",
                      "--format",
                      "csv")
                  .lines()
                  .get(1))
          .isEqualTo("\"DECIMAL(12,2)\",VARCHAR[],2026-01-01T00:00:00.000000Z,1,12.50\r");
      assertThat(run.run("query", "maintain", "--force").code()).isZero();
    }
    assertThat(run.run("query", "schema", "jobs").out())
        .contains("struct<", "decimal(12, 2)", "map<string, long>", "list<string>", "required");
    String to = home.resolve("out").toString();
    assertThat(run.run("export", "jobs", "--to", to, "--format", "jsonl").code()).isZero();
    assertThat(home.resolve("out/jobs/source=default/data.jsonl")).content().contains(FULL + "\n");
  }

  @Test
  void aValueThatDoesNotFitIsNamedWithItsColumnAndWhatWasExpected() throws Exception {
    Map<String, String> problems =
        Map.of(
            "{\"id\":2,\"cost\":12.555}", "column cost: 12.555 is no decimal(12, 2); rejected",
            "{\"cost\":1}", "column id: null is no long, and required; rejected",
            "{\"id\":2,\"owner\":{\"nam\":\"b\"}}", "column owner: {\"nam\":\"b\"} is no struct<",
            "{\"id\":2,\"tags\":\"x\"}", "column tags: \"x\" is no list<string>; rejected",
            "{\"id\":2,\"sizes\":{\"k\":\"x\"}}",
                "column sizes: {\"k\":\"x\"} is no map<string, long>");
    CommandRun run = run("reject");
    problems.forEach(
        (line, problem) -> {
          Result result = run.reading(line).run("append", "jobs");

          assertThat(result.code()).isEqualTo(1);
          assertThat(result.err()).contains(problem);
        });
    assertThat(run.run("query", "rows", "jobs").out()).isEmpty();
  }

  @Test
  void rescueKeepsWhatDoesNotFitAndRelaxesWhatIsRequired() throws Exception {
    CommandRun run = run("rescue");

    Result result = run.reading("{\"cost\":12.555}").run("append", "jobs");

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(run.run("query", "rows", "jobs").out()).contains("_rescued").contains("12.555");
  }

  @Test
  void aTableThatIsThereGetsWhatItLacksAndKeepsItsRows() throws Exception {
    assertThat(plain().reading("{\"id\":1,\"own\":\"x\"}\n").run("append", "jobs").code()).isZero();
    CommandRun run = run("reject");

    Result result = run.reading("{\"id\":5000000000,\"tags\":[]}").run("append", "jobs");

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(run.run("query", "rows", "jobs").out())
        .isEqualTo("{\"id\":1,\"own\":\"x\"}\n{\"id\":5000000000,\"tags\":[]}\n");
    assertThat(run.run("query", "schema", "jobs").out())
        .containsPattern("id +long +optional")
        .containsPattern("cost +decimal\\(12, 2\\) +optional");
  }

  @Test
  void aTableWithAColumnOfAnotherTypeIsRefusedByName() throws Exception {
    assertThat(plain().reading("{\"id\":1,\"cost\":1.5}").run("append", "jobs").code()).isZero();
    CommandRun run = run("reject");

    Result result = run.reading("{\"id\":2}").run("append", "jobs");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err())
        .contains(
            "datasets/jobs/source=default: column \"cost\" is double in the table, and decimal(12, 2)");
    assertThat(run.run("query", "rows", "jobs").lines()).hasSize(1);
    assertThat(plain().reading("{\"id\":2}").run("append", "jobs").code()).isZero();
  }

  @Test
  void aDeclarationThatIsNoneIsAProblemOfTheConfiguration() throws Exception {
    Map<String, String> problems =
        Map.of(
            "{\"id\":1,\"name\":\"a\",\"required\":true,\"type\":\"lng\"}",
            "lng",
            "{\"id\":1,\"name\":\"a\",\"required\":true,\"type\":\"variant\"}",
            "v3",
            "{\"id\":1,\"name\":\"_rescued\",\"required\":true,\"type\":\"int\"}",
            "_rescued",
            "{\"id\":1,\"name\":\"a\",\"required\":true,\"type\":\"int\"},"
                + "{\"id\":2,\"name\":\"A\",\"required\":true,\"type\":\"int\"}",
            "column \"A\" has no",
            "",
            "no column");
    for (Map.Entry<String, String> problem : problems.entrySet()) {
      Result result = run("reject", problem.getKey()).run("config", "validate");

      assertThat(result.code()).isEqualTo(2);
      assertThat(result.err())
          .contains("query.cache.datasets.jobs.schema: \"jobs.json\": expected a schema of Iceberg")
          .contains(problem.getValue());
    }
    Files.delete(home.resolve("jobs.json"));
    Result missing =
        plain().with("FIRN_CONFIG", home.resolve("firn.json").toString()).run("config", "validate");
    assertThat(missing.err()).contains("line 1, column ").contains("there is no file");
  }
}
