package dev.firn.maintenance;

import dev.firn.core.append.Appends;
import dev.firn.core.testing.CallSite;
import dev.firn.core.testing.RecordingDisk;
import dev.firn.core.testing.RecordingDisk.Call;
import dev.firn.core.testing.RecordingDisk.Kind;
import dev.firn.core.testing.RecordingDisk.LockSpan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * One actor comes to a chosen call on its disk, another one acts as far as locks let it, and the
 * first goes on. With all guards in place no harm may come of it, wherever that call is.
 */
final class Interleavings {
  private final Path template;
  private final Appends known;
  private final Path directory;
  private int runs;

  /**
   * @param known what was appended to the template, but for what is held
   */
  Interleavings(Path template, Appends known, Path directory) {
    this.template = template;
    this.known = known;
    this.directory = directory;
  }

  /**
   * Guards that are left out.
   *
   * @param first locks of the actor that was there first
   * @param second locks of the one that comes
   * @param check where the first sees the partition as it was before the other came
   */
  record LeftOut(Predicate<CallSite> first, Predicate<CallSite> second, Predicate<CallSite> check) {
    static final LeftOut NONE = new LeftOut(site -> false, site -> false, site -> false);

    static LeftOut lockOfTheFirst(Predicate<CallSite> site) {
      return new LeftOut(site, any -> false, any -> false);
    }

    static LeftOut lockOfTheSecond(Predicate<CallSite> site) {
      return new LeftOut(any -> false, site, any -> false);
    }

    static LeftOut check(Predicate<CallSite> site) {
      return new LeftOut(any -> false, any -> false, site);
    }
  }

  int runs() {
    return runs;
  }

  /** What an actor does when nobody interferes. */
  record Survey(RecordingDisk disk, List<CallSite> sites) {
    /** The calls between two that change something. */
    List<Integer> steps(int from, int to) {
      List<Integer> steps = new ArrayList<>();
      for (int i = from; i < Math.min(to, sites.size()); i++) {
        Call call = disk.calls().get(i);
        boolean sync = call.kind() == Kind.SYNC || call.kind() == Kind.SYNC_DIRECTORY;
        if ((call.changes() || sync) && !isOfALock(call)) {
          steps.add(i);
        }
      }
      return steps;
    }

    /**
     * Some calls right before the lock under which a check is made, or right before the check:
     * later than what was decided without it.
     */
    List<Integer> before(Predicate<CallSite> check, int count) {
      List<Integer> points = new ArrayList<>();
      int last = -1;
      for (int i = 0; i < sites.size(); i++) {
        if (check.test(sites.get(i))) {
          int start = i;
          for (LockSpan span : disk.lockSpans()) {
            if (span.from() <= i && i < span.to()) {
              start = Math.max(span.from() - 1, start == i ? 0 : start);
            }
          }
          for (int at = start; at > start - count && at >= 0 && start != last; at--) {
            if (!isOfALock(disk.calls().get(at))) {
              points.add(at);
            }
          }
          last = start;
        }
      }
      return points;
    }
  }

  Survey survey(Actor first) throws IOException {
    Path root = CutCaches.copy(template, directory.resolve("survey" + runs++));
    RecordingDisk watched = new RecordingDisk();
    List<CallSite> sites = new ArrayList<>();
    watched.failWith(call -> sites.add(CallSite.here()));
    first.act(watched, root, new Appends(known), "first");
    CutCaches.remove(root);
    return new Survey(watched, sites);
  }

  /** A call to open or look at a lock file may hold the registry, for which the other waits. */
  private static boolean isOfALock(Call call) {
    return call.path().toString().endsWith(".lock");
  }

  /** What harm came of it; empty if none. */
  String run(Actor first, Actor second, int at, LeftOut leftOut) throws IOException {
    Path root = CutCaches.copy(template, directory.resolve("run" + runs));
    Path stale = directory.resolve("stale" + runs++);
    RecordingDisk watched = new RecordingDisk();
    watched.skipLocksAt(leftOut.first());
    RecordingDisk others = new RecordingDisk();
    others.skipLocksAt(leftOut.second());
    watched.deceive(leftOut.check());
    Appends book = new Appends(known);
    Appends added = new Appends();
    int[] calls = {0};
    List<Actor.Started> started = new ArrayList<>();
    watched.failWith(
        call -> {
          if (calls[0]++ >= at && started.isEmpty() && !isOfALock(call)) {
            link(root, stale);
            watched.show(root, stale);
            started.add(second.new Started(root, added, others));
          }
        });
    String harm = "";
    try {
      first.act(watched, root, book, "first");
      for (Actor.Started other : started) {
        other.join();
      }
      harm = harm(root, book, added);
    } catch (AssertionError | Exception e) {
      harm = String.valueOf(e.getMessage()).lines().findFirst().orElse("?");
    }
    if (Files.exists(stale)) {
      CutCaches.remove(stale);
    }
    CutCaches.remove(root);
    return harm.replace(root.toString(), "");
  }

  private static String harm(Path root, Appends book, Appends others) throws IOException {
    RecordingDisk disk = new RecordingDisk();
    Appends all = new Appends(book);
    all.add(others);
    if (all.unclear() > 0) {
      return all.unclear() + " appends refused or unknown";
    }
    CutCaches.requireRows(disk, root, all, "rows");
    List<String> trouble = CutCaches.trouble(disk, root);
    if (!trouble.isEmpty()) {
      return String.join("; ", trouble);
    }
    new Passes(disk, root).run(CutCaches.EVERYTHING);
    CutCaches.withHeld(all).requireIn(disk, root, "rows after another pass");
    trouble = CutCaches.trouble(disk, root);
    return String.join("; ", trouble);
  }

  /** How everything is now: files are replaced, never changed, so that second names are enough. */
  static void link(Path root, Path copy) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.toList()) {
        Path name = copy.resolve(root.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(name);
        } else {
          Files.createLink(name, path);
        }
      }
    }
  }
}
