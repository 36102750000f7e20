package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.cli.CommandRun.Result;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import dev.firn.testdata.FieldCaches;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Appends that meet missing files, full disks and partitions in doubt. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@VerifiedAtTheEnd
class AppendTroubleTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path home;

  private CommandRun firn() {
    return new CommandRun(home).maintaining();
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(home.resolve(name), text);
  }

  private static String numbered(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> "{\"n\":" + i + "}\n")
        .collect(Collectors.joining());
  }

  private List<String> rows(String dataset) {
    Result result = firn().run("query", "rows", dataset);
    assertThat(result.code()).as(result.err()).isZero();
    return result.lines();
  }

  @Test
  void aMissingFileIsNamedBeforeAnythingIsAppended() throws IOException {
    Path file = file("in.jsonl", "{\"n\":0}");

    Result result = firn().run("append", "a", file.toString(), home + "/none.jsonl");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("none.jsonl: no such file", "nothing was appended");
    assertThat(home.resolve(".firn")).doesNotExist();
  }

  @Test
  void aFileThatBreaksInTheMiddleIsNamedAndWhatWasReadIsIn() throws IOException {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    try (OutputStream zip = new GZIPOutputStream(whole)) {
      zip.write(numbered(0, 20_000).getBytes(StandardCharsets.UTF_8));
    }
    Path torn = home.resolve("torn.gz");
    Files.write(torn, Arrays.copyOf(whole.toByteArray(), whole.size() / 2));
    Path other = file("in.jsonl", "{\"n\":-1}");

    Result result = firn().run("append", "a", torn.toString(), other.toString(), "--json");

    assertThat(result.code()).isEqualTo(5);
    assertThat(result.err()).contains(torn + ": cannot be read to its end", "is in");
    int rows = result.json().get("rows").asInt();
    assertThat(rows).isBetween(1000, 19_999);
    assertThat(rows("a")).hasSize(rows).contains("{\"n\":-1}");
  }

  private static Disk fullAfter(int files) {
    return fullAfter("/data/", files);
  }

  /** Refuses to create files with this in their path after so many. */
  private static Disk fullAfter(String part, int files) {
    Disk disk = new LocalDisk();
    AtomicInteger created = new AtomicInteger();
    return (Disk)
        Proxy.newProxyInstance(
            Disk.class.getClassLoader(),
            new Class<?>[] {Disk.class},
            (proxy, method, args) -> {
              if (method.getName().equals("create")
                  && args[0].toString().contains(part)
                  && created.incrementAndGet() > files) {
                throw new FileSystemException(args[0].toString(), null, "No space left on device");
              }
              try {
                return method.invoke(disk, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void aFullDiskEndsItAndSaysHowMuchIsIn() throws IOException {
    Path file = file("in.jsonl", numbered(0, 5000));

    Result text = firn().on(fullAfter(2)).run("append", "a", file.toString());
    Result json = firn().on(fullAfter(2)).run("append", "b", file.toString(), "--json");

    assertThat(text.code()).isEqualTo(5);
    assertThat(text.out()).startsWith("2,000 rows in 2 exchanges to a/source=default");
    assertThat(text.err()).contains("No space left on device", "free some space");
    assertThat(rows("a")).hasSize(2000);
    assertThat(json.code()).isEqualTo(5);
    assertThat(json.json().get("exchanges").asInt()).isEqualTo(2);
    assertThat(json.json().get("error").asText()).contains("No space left on device");
  }

  @Test
  void aDiskThatIsFullWhenADatasetIsMadeIsNoErrorOfOurs() throws IOException {
    Path file = file("in.jsonl", numbered(0, 5));
    for (String part : List.of("metadata.json", "version-hint", "cursor.json")) {
      Result result = firn().on(fullAfter(part, 0)).run("append", "a", file.toString());

      assertThat(result.code()).as(part + result.err()).isEqualTo(5);
      assertThat(result.err())
          .contains(part, "No space left on device; free some space")
          .doesNotContain("Exception", "internal error");
    }

    assertThat(firn().run("append", "a", file.toString()).code()).isZero();
    assertThat(rows("a")).hasSize(5);
  }

  @Test
  void whatAPartitionInDoubtDoesNotTakeIsHeldAndComesInWhenItIsMended() throws IOException {
    Path root = FieldCaches.unpack("corrupt-cursor", home);
    Path cursor = root.resolve("datasets/ai_gateway_messages/source=claude/cursor.json");
    String row = "{\"message_id\":\"held-1\"}";

    Result held =
        firn()
            .with("FIRN_ROOT", root.toString())
            .reading(row)
            .run("append", "ai_gateway_messages", "--source", "claude");

    assertThat(held.code()).isEqualTo(3);
    assertThat(held.lines()).hasSize(2);
    assertThat(held.lines().get(0))
        .isEqualTo("1 row in 1 exchange for ai_gateway_messages/source=claude in 0 ms");
    assertThat(held.lines().get(1))
        .startsWith(
            "1 exchange is held in held/datasets/ai_gateway_messages/source=claude, because")
        .contains("cursor.json", "\"firn query status\"");

    CommandRun run = firn().with("FIRN_ROOT", root.toString());
    Result status = run.run("query", "status", "ai_gateway_messages");
    assertThat(status.out()).contains("1 exchange is held and goes in when it is mended", "HELD");
    JsonNode before = claude(run.run("query", "status", "--json").json());
    assertThat(before.get("held").asInt()).isEqualTo(1);
    assertThat(before.get("unpublished").isNull()).isTrue();

    Files.writeString(
        cursor,
        "{\"epoch\":0,\"rowCount\":29,\"compaction\":null,\"layout\":\"source-table\","
            + "\"tableDir\":\"table\"}");
    JsonNode mended = claude(run.run("query", "status", "--json").json());
    assertThat(mended.get("held").asInt()).isEqualTo(1);
    int rows = mended.get("rows").asInt();
    assertThat(run.run("query", "status").out()).contains("goes in with the next append or");

    assertThat(run.run("query", "maintain", "ai_gateway_messages").code()).isZero();
    JsonNode after = claude(run.run("query", "status", "--json").json());
    assertThat(after.get("held").asInt()).isZero();
    assertThat(after.get("rows").asInt()).isEqualTo(rows + 1);
    assertThat(
            run.run(
                    "query",
                    "rows",
                    "ai_gateway_messages",
                    "--partition",
                    "source=claude",
                    "--columns",
                    "message_id")
                .lines())
        .hasSize(rows + 1)
        .containsOnlyOnce(row);
  }

  private static JsonNode claude(JsonNode status) {
    for (JsonNode partition : status.get("partitions")) {
      if (partition.get("path").asText().equals("datasets/ai_gateway_messages/source=claude")) {
        return partition;
      }
    }
    throw new AssertionError(status);
  }
}
