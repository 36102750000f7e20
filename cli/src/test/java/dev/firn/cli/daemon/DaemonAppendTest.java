package dev.firn.cli.daemon;

import static dev.firn.cli.daemon.RunningDaemon.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.luben.zstd.Zstd;
import dev.firn.cli.CommandRun;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@VerifiedAtTheEnd
class DaemonAppendTest {
  @TempDir Path home;
  private RunningDaemon daemon;

  @BeforeEach
  void start() throws Exception {
    daemon = RunningDaemon.start(home, "\"max_body_bytes\": 1000000", "");
  }

  @AfterEach
  void stop() throws Exception {
    daemon.close();
  }

  private List<String> rows(String dataset) {
    return new CommandRun(home).maintaining().run("query", "rows", dataset).lines();
  }

  private static byte[] gzip(String text) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  @Test
  void linesAreOneExchangeAndEachArrayOneOfItsOwn() throws Exception {
    HttpResponse<String> response =
        daemon.append(
            "logs", "?source=a", "{\"n\":1}\r\n\n{\"n\":2}\n[{\"n\":3},{\"n\":4}]\n{\"n\":5}");

    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    JsonNode receipt = json(response);
    assertThat(receipt.path("exchanges").asInt()).isEqualTo(3);
    assertThat(receipt.path("rows").asInt()).isEqualTo(5);
    assertThat(receipt.path("held").asInt()).isZero();
    assertThat(receipt.path("receipts").get(1).path("rows").asInt()).isEqualTo(2);
    assertThat(receipt.path("receipts").get(0).path("partition").asText())
        .isEqualTo("datasets/logs/source=a");
    assertThat(home.resolve(".firn/cache"))
        .satisfies(
            root ->
                assertThat(root.resolve(receipt.path("receipts").get(2).path("where").asText()))
                    .isRegularFile());
    assertThat(rows("logs"))
        .containsExactly("{\"n\":1}", "{\"n\":2}", "{\"n\":3}", "{\"n\":4}", "{\"n\":5}");
  }

  @Test
  void exchangesOfOneRequestLandTogetherAndEachHasItsReceipt() throws Exception {
    String body =
        IntStream.range(0, 40).mapToObj(i -> "[{\"n\":" + i + "}]\n").collect(Collectors.joining());

    JsonNode answer = json(daemon.append("logs", "?source=a", body));

    assertThat(answer.path("exchanges").asInt()).isEqualTo(40);
    assertThat(answer.path("receipts").findValuesAsText("id")).doesNotHaveDuplicates().hasSize(40);
    assertThat(answer.path("receipts").findValuesAsText("where"))
        .hasSize(40)
        .containsOnly(answer.path("receipts").get(0).path("where").asText());
    assertThat(rows("logs"))
        .isEqualTo(IntStream.range(0, 40).mapToObj(i -> "{\"n\":" + i + "}").toList());
    assertThat(daemon.source("a").path("landed").path("exchanges").asInt()).isEqualTo(40);
  }

  @Test
  void aRequestTooLargeToBeInMemoryAtOnceLandsInItsOrderOrNotAtAllIfItIsMalformed()
      throws Exception {
    String exchange =
        IntStream.range(0, 100)
            .mapToObj(i -> "{\"n\":1}")
            .collect(Collectors.joining(",", "[", "]\n"));
    String body = exchange.repeat(400) + "[{\"n\":2}]\n";

    assertThat(daemon.append("logs", "?source=a", body + "[{\"n\":}]").statusCode()).isEqualTo(400);
    assertThat(home.resolve(".firn/cache/datasets")).doesNotExist();
    HttpResponse<String> response =
        daemon.send(
            daemon
                .post("logs", "?source=b", BodyPublishers.ofString(body))
                .header("Idempotency-Key", "large"));
    HttpResponse<String> again =
        daemon.send(
            daemon
                .post("logs", "?source=b", BodyPublishers.ofString(body))
                .header("Idempotency-Key", "large"));

    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(json(response).path("exchanges").asInt()).isEqualTo(401);
    assertThat(json(again).path("receipts")).isEqualTo(json(response).path("receipts"));
    assertThat(rows("logs")).hasSize(40_001).endsWith("{\"n\":2}");
    assertThat(daemon.source("b").path("inFlight").path("exchanges").asInt()).isZero();
  }

  @Test
  void aDocumentIsOneExchangeHoweverManyLinesItHas() throws Exception {
    HttpResponse<String> response =
        daemon.send(
            daemon
                .to("/v1/datasets/logs/append")
                .header("Content-Type", "application/json; charset=utf-8")
                .POST(BodyPublishers.ofString("[\n {\"n\": 1},\n {\"n\": 2}\n]\n")));

    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(json(response).path("exchanges").asInt()).isEqualTo(1);
    assertThat(json(response).path("rows").asInt()).isEqualTo(2);
    assertThat(rows("logs")).containsExactly("{\"n\":1}", "{\"n\":2}");
  }

  @Test
  void aBodyInAnotherEncodingIsRefusedUnlessItIsAsciiAllTheSame() throws Exception {
    String[][] bodies = {
      {"application/json; charset=ISO-8859-1", "{\"n\": 1}", "200"},
      {"text/plain;charset=\"iso-8859-1\"", "{\"n\": \"é\"}", "415"},
      {"application/json; charset=UTF-16", "{\"n\": \"é\"}", "415"},
      {"application/json; charset=Utf-8", "{\"t\": \"é\"}", "200"},
      {"application/json", "{\"t\": \"é\"}", "200"},
    };
    for (String[] body : bodies) {
      HttpResponse<String> response =
          daemon.send(
              daemon
                  .to("/v1/datasets/logs/append")
                  .header("Content-Type", body[0])
                  .POST(BodyPublishers.ofString(body[1])));
      assertThat(Integer.toString(response.statusCode())).as(body[0]).isEqualTo(body[2]);
      if (response.statusCode() == 415) {
        assertThat(json(response).path("error").asText()).contains("expected UTF-8");
      }
    }
    assertThat(rows("logs")).containsExactly("{\"n\":1}", "{\"t\":\"é\"}", "{\"t\":\"é\"}");
    assertThat(daemon.source("default").path("inFlight").path("exchanges").asInt()).isZero();
  }

  @Test
  void packedBodiesAreUnpacked() throws Exception {
    String text =
        IntStream.range(0, 500)
            .mapToObj(i -> "{\"n\":" + i + "}")
            .collect(Collectors.joining("\n"));
    assertThat(
            daemon
                .send(
                    daemon
                        .post("logs", "", BodyPublishers.ofByteArray(gzip(text)))
                        .header("Content-Encoding", "gzip"))
                .statusCode())
        .isEqualTo(200);
    assertThat(
            daemon
                .send(
                    daemon
                        .post(
                            "logs",
                            "",
                            BodyPublishers.ofByteArray(
                                Zstd.compress(text.getBytes(StandardCharsets.UTF_8))))
                        .header("Content-Encoding", "zstd"))
                .statusCode())
        .isEqualTo(200);

    assertThat(rows("logs")).hasSize(1000);
  }

  @Test
  void aRepetitionUnderTheSameKeyAppendsNothing() throws Exception {
    String body = "{\"n\":1}\n[{\"n\":2}]\n";
    JsonNode first =
        json(
            daemon.send(
                daemon
                    .post("logs", "", BodyPublishers.ofString(body))
                    .header("Idempotency-Key", "order-17")));
    JsonNode second =
        json(
            daemon.send(
                daemon
                    .post("logs", "", BodyPublishers.ofString(body))
                    .header("Idempotency-Key", "order-17")));

    assertThat(second.path("receipts")).isEqualTo(first.path("receipts"));
    assertThat(rows("logs")).containsExactly("{\"n\":1}", "{\"n\":2}");
  }

  @Test
  void anotherExchangeUnderTheSameKeyIsRefusedByItsLineAndNothingOfItLands() throws Exception {
    HttpResponse<String> first = keyed("{\"n\":1}\n[{\"n\":2}]\n");
    assertThat(first.statusCode()).isEqualTo(200);
    HttpResponse<String> other = keyed("{\"n\":1}\n[{\"n\":5}]\n{\"n\":6}\n");

    assertThat(other.statusCode()).as(other.body()).isEqualTo(422);
    JsonNode problem = json(other);
    assertThat(problem.path("reason").asText()).isEqualTo("key_reused");
    assertThat(problem.path("line").asInt()).isEqualTo(2);
    assertThat(problem.path("error").asText())
        .contains(json(first).path("receipts").path(1).path("where").asText());
    assertThat(problem.path("receipts")).hasSize(1);
    assertThat(rows("logs")).containsExactly("{\"n\":1}", "{\"n\":2}");
    JsonNode source = daemon.source("default");
    assertThat(source.path("rejectedBecause")).hasToString("{\"key_reused\":1,\"not_tried\":1}");
    assertThat(source.path("inFlight").path("exchanges").asInt()).isZero();
  }

  private HttpResponse<String> keyed(String body) throws Exception {
    return daemon.send(
        daemon
            .post("logs", "", BodyPublishers.ofString(body))
            .header("Idempotency-Key", "order-17"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'n':1}~{'n':2}~{'n': tru}~{'n':4} | 3 | 7 | tru}",
        "{'n':1}~~{'n':2}~{'ñ': 'é', 'n':,} | 4 | 16 | ,}",
        "{'n':1}~[{'n':2}, 3] | 2 | 11 | 3]",
        "5 | 1 | 1 | 5",
        "{'n':1}~{'n':2} {'n':3} | 2 | 9 | {'n':3}",
        "{'n':1}~{'n':2 | 2 | 7 | {'n':2",
      })
  void whatIsNoJsonIsNamedWithLineColumnAndValueAndNothingOfItsRequestLands(
      String body, int line, int column, String value) throws Exception {
    HttpResponse<String> response =
        daemon.append("logs", "", body.replace('\'', '"').replace('~', '\n'));

    assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
    JsonNode problem = json(response);
    assertThat(problem.path("reason").asText()).isEqualTo("malformed");
    assertThat(problem.path("line").asInt()).as(response.body()).isEqualTo(line);
    assertThat(problem.path("column").asInt()).as(response.body()).isEqualTo(column);
    assertThat(problem.path("value").asText()).isEqualTo(value.replace('\'', '"'));
    assertThat(problem.path("exchanges").asInt()).isZero();
    assertThat(home.resolve(".firn/cache/datasets")).doesNotExist();
  }

  @Test
  void inADocumentLineAndColumnAreThoseOfTheDocument() throws Exception {
    HttpResponse<String> response =
        daemon.send(
            daemon
                .to("/v1/datasets/logs/append")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("[\n {\"n\": 1},\n {\"n\": nil}\n]\n")));

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(json(response).path("line").asInt()).as(response.body()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/datasets/..%2Fx/append, 400",
    "/v1/datasets/../append, 404",
    "/v1/datasets/%2e%2e/append, 404",
    "/v1/datasets/_x/append, 400",
    "/v1/datasets/firn_maintenance/append, 400",
    "/v1/datasets/x/append?source=%ff%fe, 400",
    "/v1/datasets/x/append?source=a%2Fb, 400",
    "/v1/datasets/x/append?source=..%2F..%2Fy, 400",
    "/v1/datasets/x/append?partition=a, 400",
    "/v1/datasets/x/append?partition=a%3D..%2Fb%3Dc, 400",
    "/v1/datasets/x/append?sauce=a, 400",
    "/v1/datasets/x/append?source=a&partition=b%3Dc, 400",
    "/v1/datasets/x, 404"
  })
  void namesThatAreNoneAreRefusedAndNothingIsMade(String path, int status) throws Exception {
    HttpResponse<String> response =
        daemon.send(daemon.to(path).POST(BodyPublishers.ofString("{\"n\":1}")));

    assertThat(response.statusCode()).as(response.body()).isIn(status, 400);
    assertThat(home.resolve(".firn/cache/datasets")).doesNotExist();
    assertThat(home.resolve("y")).doesNotExist();
  }

  @Test
  void aPartitionWithOtherKeysIsNamedInFull() throws Exception {
    HttpResponse<String> response =
        daemon.append("logs", "?partition=region%3Deu%2Fhost%3Dh1", "{\"n\":1}\n");

    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(home.resolve(".firn/cache/datasets/logs/region=eu/host=h1/cursor.json")).exists();
  }

  @Test
  void exchangesForAPartitionInDoubtAreHeldAcknowledgedAndNamed() throws Exception {
    daemon.append("logs", "?source=a", "{\"n\":1}\n");
    daemon.stop();
    Path cursor = home.resolve(".firn/cache/datasets/logs/source=a/cursor.json");
    byte[] whole = Files.readAllBytes(cursor);
    Files.writeString(cursor, "{\"layout\": \"sou");
    daemon = RunningDaemon.start(home);

    HttpResponse<String> response = daemon.append("logs", "?source=a", "{\"n\":2}\n");

    assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
    assertThat(json(response).path("held").asInt()).isEqualTo(1);
    assertThat(json(response).path("receipts").get(0).path("where").asText()).startsWith("held/");
    JsonNode ready = daemon.json("/readyz");
    assertThat(ready.path("ready").asBoolean()).isTrue();
    assertThat(ready.path("attention").get(0).asText())
        .startsWith("datasets/logs/source=a: unreadable")
        .contains("1 exchange is held", "firn query repair");
    assertThat(daemon.source("a").path("held").path("rows").asInt()).isEqualTo(1);

    Files.write(cursor, whole);
    assertThat(daemon.append("logs", "?source=a", "{\"n\":3}\n").statusCode()).isEqualTo(200);
    assertThat(rows("logs")).containsExactlyInAnyOrder("{\"n\":1}", "{\"n\":2}", "{\"n\":3}");
  }

  @Test
  void theLedgerBalances() throws Exception {
    daemon.append("logs", "?source=a", "{\"n\":1}\n[{\"n\":2},{\"n\":3}]\n");
    daemon.append("logs", "?source=a", "nonsense");
    daemon.append("logs", "?source=b", "{\"n\":1}\n");

    JsonNode a = daemon.source("a");
    assertThat(a.path("requests").asInt()).isEqualTo(2);
    assertThat(a.path("received")).hasToString("{\"exchanges\":3,\"rows\":3,\"bytes\":32}");
    assertThat(a.path("landed")).hasToString("{\"exchanges\":2,\"rows\":3,\"bytes\":24}");
    assertThat(a.path("rejected")).hasToString("{\"exchanges\":1,\"rows\":0,\"bytes\":8}");
    assertThat(a.path("inFlight")).hasToString("{\"exchanges\":0,\"rows\":0,\"bytes\":0}");
    assertThat(a.path("rejectedBecause")).hasToString("{\"malformed\":1}");
    assertThat(a.path("perSecond").path("oneMinute").path("rows").asDouble()).isEqualTo(0.05);
    assertThat(a.path("lastSeen").asText()).isNotEmpty();
    assertThat(daemon.source("b").path("landed").path("rows").asInt()).isEqualTo(1);
  }

  @Test
  void aValueThatDoesNotFitIsRejectedWhereTheDatasetSaysSoAndTheRestIsAccountedFor()
      throws Exception {
    daemon.close();
    daemon =
        RunningDaemon.start(home, "", "\"datasets\": {\"logs\": {\"on_mismatch\": \"reject\"}}");
    assertThat(daemon.append("logs", "?source=a", "{\"n\":1}\n").statusCode()).isEqualTo(200);

    HttpResponse<String> response =
        daemon.append("logs", "?source=a", "[{\"n\":2}]\n[{\"n\":\"x\"}]\n[{\"n\":3},{\"n\":4}]\n");

    assertThat(response.statusCode()).as(response.body()).isEqualTo(422);
    JsonNode answer = json(response);
    assertThat(answer.path("reason").asText()).isEqualTo("mismatch");
    assertThat(answer.path("line").asInt()).isEqualTo(2);
    assertThat(answer.path("error").asText()).contains("row 1, column n").contains("x");
    assertThat(answer.path("exchangesSent").asInt()).isEqualTo(3);
    assertThat(answer.path("exchanges").asInt()).isEqualTo(1);
    assertThat(rows("logs")).containsExactly("{\"n\":1}", "{\"n\":2}");
    assertThat(daemon.source("a").path("rejectedBecause"))
        .hasToString("{\"mismatch\":1,\"not_tried\":1}");
    assertThat(daemon.source("a").path("received").path("rows").asInt()).isEqualTo(5);
    assertThat(daemon.source("a").path("rejected").path("rows").asInt()).isEqualTo(3);
  }
}
