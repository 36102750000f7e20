package dev.firn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.cli.CommandRun.Result;
import dev.firn.maintenance.verify.VerifiedAtTheEnd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@VerifiedAtTheEnd
class FollowTest {
  @TempDir Path home;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private void append(int n) {
    Result result =
        new CommandRun(home).reading("{\"n\":" + n + "}").run("append", "a", "--source", "x");
    assertThat(result.code()).as(result.err()).isZero();
  }

  private List<String> printed() {
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private void awaitLines(int count) {
    while (printed().size() < count) {
      Thread.onSpinWait();
    }
  }

  private CompletableFuture<Result> following(CommandRun run, String... args) {
    return CompletableFuture.supplyAsync(() -> run.run(args));
  }

  @Test
  void rowsArePrintedAsTheyLandEachOnceThoughTheCacheIsMaintained() throws Exception {
    append(0);
    CommandRun run = new CommandRun(home).writingTo(out);
    CompletableFuture<Result> following = following(run, "query", "rows", "a", "--follow");
    awaitLines(1);

    for (int n = 1; n < 30; n++) {
      append(n);
      if (n % 4 == 0) {
        new CommandRun(home).maintaining().run("query", "maintain", "--force");
      }
      if (n % 10 == 0) {
        awaitLines(n + 1);
      }
    }
    awaitLines(30);
    run.stop();

    Result result = following.get(120, TimeUnit.SECONDS);
    assertThat(result.code()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(printed())
        .isEqualTo(IntStream.range(0, 30).mapToObj(n -> "{\"n\":" + n + "}").toList());
  }

  @Test
  void onlyNewRowsAreFollowedAfterTheLastOnes() throws Exception {
    append(0);
    append(1);
    CommandRun run = new CommandRun(home).writingTo(out);
    CompletableFuture<Result> following =
        following(run, "query", "rows", "a", "--last", "1", "--follow", "--with-partition");
    awaitLines(1);
    append(2);
    awaitLines(2);
    run.stop();

    assertThat(following.get(120, TimeUnit.SECONDS).code()).isZero();
    assertThat(printed())
        .containsExactly(
            "{\"partition\":\"datasets/a/source=x\",\"row\":{\"n\":1}}",
            "{\"partition\":\"datasets/a/source=x\",\"row\":{\"n\":2}}");
  }

  @Test
  void datasetThatIsDroppedAndBegunAnewIsFollowedFromItsFirstRow() throws Exception {
    append(0);
    CommandRun run = new CommandRun(home).writingTo(out);
    CompletableFuture<Result> following = following(run, "query", "rows", "a", "--follow");
    awaitLines(1);
    append(1);
    awaitLines(2);

    drop();
    append(2);
    awaitLines(3);
    drop();
    append(3);
    new CommandRun(home).maintaining().run("query", "maintain", "--force");
    append(4);
    awaitLines(5);
    run.stop();

    assertThat(following.get(120, TimeUnit.SECONDS).code()).isZero();
    assertThat(printed())
        .isEqualTo(IntStream.range(0, 5).mapToObj(n -> "{\"n\":" + n + "}").toList());
  }

  private void drop() {
    assertThat(new CommandRun(home).run("query", "drop", "a", "--apply").code()).isZero();
  }

  @Test
  void theLimitEndsItAndJsonIsStillOneDocument() throws Exception {
    append(0);
    CommandRun run = new CommandRun(home).writingTo(out);
    CompletableFuture<Result> following =
        following(run, "query", "rows", "a", "--limit", "2", "--follow", "--json");
    while (out.size() == 0) {
      Thread.onSpinWait();
    }
    append(1);

    assertThat(following.get(120, TimeUnit.SECONDS).code()).isZero();
    assertThat(new ObjectMapper().readTree(out.toByteArray()).toString())
        .isEqualTo("[{\"n\":0},{\"n\":1}]");
  }

  @Test
  void aReaderWhoHasGoneEndsIt() throws Exception {
    append(0);
    OutputStream head =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
          }

          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            if (out.size() > 0) {
              throw new IOException("Broken pipe");
            }
            out.write(bytes, offset, length);
          }
        };
    CompletableFuture<Result> following =
        following(new CommandRun(home).writingTo(head), "query", "rows", "a", "--follow");
    awaitLines(1);
    append(1);

    Result result = following.get(120, TimeUnit.SECONDS);
    assertThat(result.code()).isZero();
    assertThat(result.err()).isEmpty();
  }
}
