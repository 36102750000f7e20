package dev.firn.smoke.flow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** An LLM gateway writes what it sees while the daemon compacts a lot. */
final class DaemonIngestGateway {
  static final Flow FLOW =
      new Flow(
          "daemon_ingest_gateway",
          "A gateway posts exchanges over HTTP from several threads while a large compaction runs:"
              + " no connection is cut, and every row that was answered is there once.",
          DaemonIngestGateway::run);

  private static final String DATASET = "firn_smoke_gateway";
  private static final int BACKLOG = 48;
  private static final int THREADS = 4;
  private static final int LEAST_EXCHANGES = 10;
  private static final int TEXT_CHARACTERS = 100_000;

  private DaemonIngestGateway() {}

  private static void run(Stage stage) throws IOException {
    Path root = stage.root();
    Files.createDirectories(root);
    Path partition = root.resolve("datasets").resolve(DATASET).resolve("source=default");
    Random random = new Random(1);
    TreeSet<String> sent = new TreeSet<>();
    List<String> backlog = new ArrayList<>();
    for (int i = 0; i < BACKLOG; i++) {
      sent.add("backlog-" + i);
      backlog.add(message("backlog-" + i, random));
    }
    stage.pipe(backlog, root, "append", DATASET, "--batch", "1").exits(0);

    ConcurrentLinkedQueue<String> answered = new ConcurrentLinkedQueue<>();
    try (RunningDaemon daemon = RunningDaemon.start(stage, root)) {
      daemon.post("/v1/maintain", "");
      ExecutorService gateway = Executors.newFixedThreadPool(THREADS);
      try {
        List<Future<?>> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
          String thread = "thread" + i + "-";
          Random texts = new Random(i);
          threads.add(
              gateway.submit(
                  () -> {
                    int count = 0;
                    while (count < LEAST_EXCHANGES
                        || !Files.exists(partition.resolve("table/.retired"))) {
                      String id = thread + count;
                      daemon.append(DATASET, message(id, texts));
                      answered.add(id);
                      count++;
                    }
                  }));
        }
        for (Future<?> thread : threads) {
          await(thread);
        }
      } finally {
        gateway.shutdownNow();
      }
      daemon.stop().exits(0);
    }
    stage.same("exchanges answered, each once", new TreeSet<>(answered).size(), answered.size());
    sent.addAll(answered);
    List<String> found =
        stage
            .firn(
                root,
                "query",
                "sql",
                "SELECT id FROM " + DATASET + " ORDER BY id",
                "--format",
                "csv")
            .exits(0)
            .out();
    stage.same("the rows in the end", found.subList(1, found.size()), List.copyOf(sent));
    stage.firn(root, "query", "verify", DATASET).exits(0);
  }

  private static void await(Future<?> thread) {
    try {
      thread.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof FlowFailure failure
          ? failure
          : new FlowFailure("a thread of the gateway failed: " + e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FlowFailure("interrupted");
    }
  }

  /** As large as what a gateway sees, and nothing that compresses away. */
  private static String message(String id, Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < TEXT_CHARACTERS; i++) {
      text.append((char) ('a' + random.nextInt(26)));
    }
    return "{\"id\":\"" + id + "\",\"role\":\"assistant\",\"text\":\"" + text + "\"}";
  }
}
