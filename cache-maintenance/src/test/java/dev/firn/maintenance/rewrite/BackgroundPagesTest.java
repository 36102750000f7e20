package dev.firn.maintenance.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.junit.jupiter.api.Test;

/** Pages are written in order by a second thread, within a bound, and no failure gets lost. */
class BackgroundPagesTest {
  private static final int PAGE_BYTES = BackgroundPages.WAITING_BYTES / 4;

  private final List<String> written = Collections.synchronizedList(new ArrayList<>());

  private BackgroundPages.Writing writing(String name) {
    return page -> written.add(name + " " + firstByte(page));
  }

  private static int firstByte(BytesInput page) {
    return Byte.toUnsignedInt(
        page.toByteBuffer(HeapByteBufferAllocator.getInstance(), allocated -> {}).get());
  }

  private static BytesInput page(int bytes, int content) {
    byte[] page = new byte[bytes];
    page[0] = (byte) content;
    return BytesInput.from(page);
  }

  @Test
  void pagesAreWrittenInOrderWithTheBytesThatTheyHadWhenHandedOver() throws IOException {
    List<String> expected = new ArrayList<>();
    byte[] reused = new byte[1000];
    try (BackgroundPages pages = new BackgroundPages()) {
      for (int i = 0; i < 200; i++) {
        reused[0] = (byte) i;
        pages.write(BytesInput.from(reused), writing("p" + i));
        expected.add("p" + i + " " + i);
      }
      pages.await();
      assertThat(written).isEqualTo(expected);
    }
  }

  @Test
  void largePageComesAfterThoseBeforeItThoughTheCallerWritesIt() throws IOException {
    try (BackgroundPages pages = new BackgroundPages()) {
      pages.write(page(PAGE_BYTES, 1), writing("small"));
      pages.write(page(PAGE_BYTES + 1, 2), writing("large"));
      assertThat(written).containsExactly("small 1", "large 2");
      pages.write(page(1, 3), writing("next"));
      pages.await();
      assertThat(written).containsExactly("small 1", "large 2", "next 3");
    }
  }

  @Test
  void callerWaitsWhenTheBoundIsReached() throws Exception {
    CountDownLatch blocked = new CountDownLatch(1);
    AtomicInteger handedOver = new AtomicInteger();
    try (BackgroundPages pages = new BackgroundPages()) {
      Thread caller =
          new Thread(
              () -> {
                try {
                  for (int i = 0; i < 6; i++) {
                    pages.write(page(PAGE_BYTES, i), page -> await(blocked));
                    handedOver.incrementAndGet();
                  }
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      caller.start();
      for (int i = 0; i < 120_000 && !waits(caller, handedOver); i++) {
        LockSupport.parkNanos(1_000_000);
      }
      assertThat(caller.getState()).isEqualTo(Thread.State.WAITING);
      assertThat(handedOver).hasValue(4);
      blocked.countDown();
      caller.join(120_000);
      assertThat(handedOver).hasValue(6);
    }
  }

  /** For the bound, and not for a lock on the way there. */
  private static boolean waits(Thread caller, AtomicInteger handedOver) {
    return handedOver.get() >= 4 && caller.getState() == Thread.State.WAITING;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void failureFailsWhatComesNextAndDropsThePagesAfterIt() throws IOException {
    IOException full = new IOException("full");
    try (BackgroundPages pages = new BackgroundPages()) {
      pages.write(
          page(1, 0),
          page -> {
            throw full;
          });
      assertThatThrownBy(pages::await).isInstanceOf(IOException.class).hasCause(full);
      assertThatThrownBy(() -> pages.write(page(1, 1), writing("after")))
          .isInstanceOf(IOException.class)
          .hasCause(full);
      assertThatThrownBy(() -> pages.write(page(PAGE_BYTES + 1, 1), writing("large after")))
          .isInstanceOf(IOException.class);
      assertThat(written).isEmpty();
    }
  }

  @Test
  void errorStaysAnError() throws IOException {
    try (BackgroundPages pages = new BackgroundPages()) {
      pages.write(
          page(1, 0),
          page -> {
            throw new OutOfMemoryError("native");
          });
      assertThatThrownBy(pages::await).isInstanceOf(OutOfMemoryError.class);
    }
  }

  @Test
  void interruptEndsTheWaitingAndClosingStillWaitsForTheThread() throws IOException {
    BackgroundPages pages = new BackgroundPages();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch blocked = new CountDownLatch(1);
    pages.write(
        page(1, 0),
        page -> {
          begun.countDown();
          await(blocked);
          written.add("done");
        });
    await(begun);
    Thread.currentThread().interrupt();
    assertThatThrownBy(pages::await).isInstanceOf(InterruptedIOException.class);
    blocked.countDown();
    pages.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(written).containsExactly("done");
  }
}
