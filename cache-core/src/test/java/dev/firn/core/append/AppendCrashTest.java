package dev.firn.core.append;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.cache.Cache;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.testing.PowerLoss;
import dev.firn.core.testing.PowerLoss.Bytes;
import dev.firn.core.testing.PowerLoss.Names;
import dev.firn.core.testing.Protocols;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Call;
import dev.firn.core.testing.RecordingDisk.Killed;
import dev.firn.core.testing.RecordingDisk.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Appending, publishing, holding and recovering meet trouble at every single step; then the cache
 * is opened again. What was acknowledged is read exactly once, what was refused is not there, of
 * what is unknown all is there once or nothing (I1).
 */
class AppendCrashTest {
  private static final String MORE = ", \"extra\": 1.5, \"n\": 3000000000, \"a.b\": true";

  private static final List<Bytes> LOST_BYTES = List.of(Bytes.DROPPED, Bytes.TORN, Bytes.ZEROED);
  private static final Protocols STATES = new Protocols();

  @TempDir Path directory;
  private final Disk disk = new LocalDisk();

  /** What happens while there is trouble. */
  enum Work {
    FIRST_APPEND {
      @Override
      void set(Path root, Appends book) {}

      @Override
      void run(Cache cache, Appends book) throws IOException {
        book.append(cache, "first");
        book.append(cache, "second");
      }
    },
    APPEND {
      @Override
      void run(Cache cache, Appends book) throws IOException {
        book.append(cache, "third");
        book.append(cache, "fourth");
      }
    },
    APPEND_WITH_NEW_COLUMNS {
      @Override
      void run(Cache cache, Appends book) throws IOException {
        book.append(cache, "plain");
        book.append(cache, "grown", MORE);
        book.append(cache, "plain again");
      }
    },
    PUBLISH {
      @Override
      void run(Cache cache, Appends book) throws IOException {
        book.append(cache, "third");
        publish(cache);
        book.append(cache, "fourth");
        publish(cache);
      }
    },
    HOLD {
      @Override
      void set(Path root, Appends book) throws IOException {
        super.set(root, book);
        spoil(root);
      }

      @Override
      void run(Cache cache, Appends book) throws IOException {
        book.append(cache, "held");
        book.append(cache, "held too");
      }

      @Override
      void mend(Path root) throws IOException {
        heal(root);
      }
    },
    RECOVER_WHAT_IS_HELD {
      @Override
      void set(Path root, Appends book) throws IOException {
        super.set(root, book);
        spoil(root);
        try (Cache cache = Appends.open(root)) {
          book.append(cache, "held");
          book.append(cache, "held and grown", MORE);
          book.append(cache, "held too");
        }
        heal(root);
      }

      @Override
      void run(Cache cache, Appends book) throws IOException {
        book.append(cache, "after");
        book.append(cache, "after that");
        publish(cache);
      }
    };

    void set(Path root, Appends book) throws IOException {
      try (Cache cache = Appends.open(root)) {
        book.append(cache, "one");
        book.append(cache, "two");
      }
    }

    abstract void run(Cache cache, Appends book) throws IOException;

    void mend(Path root) throws IOException {}

    private static void publish(Cache cache) {
      try {
        cache.publish();
      } catch (IOException e) {
        return; // it is allowed to fail, not to lose anything
      }
    }

    private static void spoil(Path root) throws IOException {
      Path cursor = root.resolve(Appends.PARTITION).resolve("cursor.json");
      Files.copy(cursor, root.resolve("cursor.saved"));
      Files.writeString(cursor, "");
    }

    private static void heal(Path root) throws IOException {
      Path cursor = root.resolve(Appends.PARTITION).resolve("cursor.json");
      Files.copy(
          root.resolve("cursor.saved"), cursor, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** The trouble. */
  enum Trouble {
    KILL,
    POWER_LOSS,
    POWER_LOSS_THAT_KEEPS_NAMES,
    POWER_LOSS_OF_ANY_PART,
    KILL_THEN_ANOTHER_PROCESS_APPENDS_THEN_POWER_LOSS,
    REFUSAL,
    LASTING_REFUSAL;

    /** How the power fails after this step; null if it does not. */
    @Nullable PowerLoss powerLoss(long step) {
      return switch (this) {
        case POWER_LOSS, KILL_THEN_ANOTHER_PROCESS_APPENDS_THEN_POWER_LOSS -> PowerLoss.WORST;
        case POWER_LOSS_THAT_KEEPS_NAMES ->
            new PowerLoss(LOST_BYTES.get((int) step % LOST_BYTES.size()), Names.KEPT, 0);
        case POWER_LOSS_OF_ANY_PART -> new PowerLoss(Bytes.ANY, Names.ANY, step);
        case KILL, REFUSAL, LASTING_REFUSAL -> null;
      };
    }
  }

  static Stream<Arguments> cases() {
    List<Arguments> cases = new ArrayList<>();
    for (Work work : Work.values()) {
      for (Trouble trouble : Trouble.values()) {
        cases.add(Arguments.of(work, trouble));
      }
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void acknowledgedIsReadExactlyOnceWhateverStepMeetsTrouble(Work work, Trouble trouble)
      throws Exception {
    Path template = directory.resolve("template");
    Appends set = new Appends();
    work.set(template, set);
    long stride = stride(trouble);
    for (long step = trouble.ordinal() % stride; ; step += stride) {
      String when = work + ", " + trouble + " after step " + step;
      Path root = directory.resolve("step" + step);
      copy(template, root);
      Appends book = new Appends(set);
      int before = book.acknowledged();
      RecordingDisk troubled = new RecordingDisk();
      boolean met = meet(work, trouble, step, troubled, root, book, when);
      work.mend(root);
      if (!when.startsWith("HOLD")) {
        requireWithoutHeld(work, root, book, when);
      }
      try (Cache cache = Appends.open(root)) {
        book.append(cache, "next");
      }
      assertThat(book.acknowledged()).as(when).isGreaterThan(before);
      if (step % 4 == 0) {
        try (Cache cache = Appends.open(root)) {
          book.append(cache, "next but one", MORE);
        }
      }
      book.requireIn(disk, root, when + ", and two more");
      remove(root);
      if (!met) {
        assertThat(book.unclear()).as(when).isZero();
        System.out.println(work + ", " + trouble + ": " + step + " steps");
        assertThat(step).isGreaterThan(5);
        return;
      }
    }
  }

  /** What is held may still wait; all else is there. */
  private void requireWithoutHeld(Work work, Path root, Appends book, String when)
      throws IOException {
    if (work != Work.RECOVER_WHAT_IS_HELD) {
      book.requireIn(disk, root, when);
    }
  }

  private boolean meet(
      Work work,
      Trouble trouble,
      long step,
      RecordingDisk troubled,
      Path root,
      Appends book,
      String when)
      throws IOException {
    boolean[] met = {false};
    @Nullable PowerLoss powerLoss = trouble.powerLoss(step);
    if (powerLoss != null) {
      troubled.rememberForPowerLoss(
          Files.createDirectories(directory.resolve("side" + work + step)));
    }
    if (trouble == Trouble.REFUSAL || trouble == Trouble.LASTING_REFUSAL) {
      long[] count = {0};
      troubled.failWith(
          call -> {
            if (counts(call)) {
              long number = count[0]++;
              if (number == step
                  || trouble == Trouble.LASTING_REFUSAL && number > step && number < step + 12) {
                met[0] = true;
                throw new IOException("No space left on device");
              }
            }
          });
    } else {
      troubled.killAfter(step);
    }
    Cache cache = Appends.open(troubled, root);
    try {
      work.run(cache, book);
    } catch (Killed e) {
      met[0] = true;
    }
    if (trouble == Trouble.KILL_THEN_ANOTHER_PROCESS_APPENDS_THEN_POWER_LOSS) {
      troubled.killAfter(Long.MAX_VALUE);
      Cache other = Appends.open(troubled, root);
      book.append(other, "other process");
      book.append(other, "other process grown", ", \"late\": \"x\"");
    }
    troubled.killedAt().ifPresent(STATES::count);
    if (powerLoss != null) {
      troubled.losePower(powerLoss);
    }
    return met[0];
  }

  @AfterAll
  static void printStates() {
    System.out.println("appends cut: " + STATES);
  }

  private static boolean counts(Call call) {
    return call.changes() || call.kind() == Kind.SYNC || call.kind() == Kind.SYNC_DIRECTORY;
  }

  /** In a soak every step is tried; otherwise each trouble leaves out others. */
  private static long stride(Trouble trouble) {
    return Boolean.getBoolean("firn.soak") ? 1 : trouble == Trouble.KILL ? 2 : 5;
  }

  private static void copy(Path from, Path to) throws IOException {
    if (Files.exists(from)) {
      try (Stream<Path> paths = Files.walk(from)) {
        for (Path path : paths.toList()) {
          Files.copy(path, to.resolve(from.relativize(path).toString()));
        }
      }
    }
  }

  private static void remove(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
