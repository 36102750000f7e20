package dev.firn.core.append;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.rows.JsonExchange;
import dev.firn.core.testing.WaitingThreads;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** One thread lands what all others wait for, and nobody waits for ever. */
class LandingQueueTest {
  private final LandingQueue queue = new LandingQueue();
  private final List<Integer> batches = Collections.synchronizedList(new ArrayList<>());

  private static Pending exchange() {
    try {
      byte[] json = "{\"n\": 1}".getBytes(StandardCharsets.UTF_8);
      return new Pending(
          JsonExchange.parse(json, 0, json.length),
          ExchangeId.random(),
          ReceiptLedger.WINDOW,
          false,
          null);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private void done(List<Pending> batch) {
    batches.add(batch.size());
    batch.forEach(p -> p.receipt = new Receipt("p", p.id.toString(), 1, 0, "w", false));
  }

  @Test
  void thoseThatWaitAreLandedTogetherAndAnInterruptOfOneStaysItsOwn() throws Exception {
    AtomicBoolean flag = new AtomicBoolean();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      boolean last = i == 4;
      threads.add(
          new Thread(
              () -> {
                queue.land(List.of(exchange()), this::done);
                if (last) {
                  flag.set(Thread.currentThread().isInterrupted());
                }
              }));
    }
    queue.land(
        List.of(exchange()),
        batch -> {
          if (batches.isEmpty()) {
            threads.forEach(Thread::start);
            WaitingThreads.await(threads);
            threads.get(4).interrupt();
          }
          done(batch);
        });
    for (Thread thread : threads) {
      thread.join(120_000);
      assertThat(thread.isAlive()).isFalse();
    }
    assertThat(batches).containsExactly(1, 5);
    assertThat(flag).isTrue();
  }

  @Test
  void whoCameWhileNobodyMightLandGoesOnAfterwards() throws Exception {
    CountDownLatch landed = new CountDownLatch(1);
    Thread appender =
        new Thread(
            () -> {
              queue.land(List.of(exchange()), this::done);
              landed.countDown();
            });
    queue.alone(
        () -> {
          appender.start();
          WaitingThreads.await(List.of(appender));
          assertThat(batches).isEmpty();
        });
    appender.join(120_000);
    assertThat(landed.getCount()).isZero();
  }

  @Test
  void manyThreadsLandAllThatTheyBring() throws Exception {
    int count = 200;
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Thread thread =
          new Thread(
              () -> {
                for (int n = 0; n < count; n++) {
                  queue.land(List.of(exchange()), this::done);
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join(120_000);
      assertThat(thread.isAlive()).isFalse();
    }
    assertThat(batches.stream().mapToInt(Integer::intValue).sum()).isEqualTo(8 * count);
  }
}
