package dev.firn.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.append.Appends;
import dev.firn.core.testing.CallSite;
import dev.firn.core.testing.RecordingDisk.LockSpan;
import dev.firn.maintenance.Interleavings.LeftOut;
import dev.firn.maintenance.Interleavings.Survey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every lock, and every check under a lock, is needed: without it another process that comes at
 * some moment does harm; with all of them none does, whenever it comes. Those of which one alone is
 * not missed are named, with the reason.
 */
class GuardSitesTest {
  private static final boolean SOAK = Boolean.getBoolean("firn.soak");
  private static final int POINTS = SOAK ? 60 : 5;
  private static final int MEETINGS = SOAK ? 4_000 : 30;

  private static final Map<String, String> LOCKS_NOT_MISSED_ALONE =
      Map.of(
          "PartitionSweeper.remember 1",
          "the lease keeps off whoever else writes a cursor",
          "PartitionSweeper.remove 1",
          "the lease keeps off whoever else writes a cursor",
          "Swap.publishedNow 1",
          "a version can be won once only: who loses gives the rewrite up");

  private static final Map<String, String> CHECKS_NOT_MISSED_ALONE =
      Map.of(
          "the metadata is the newest, before a link",
          "for what lands after another engine removed published files, see AppendTest",
          "the cursor is unchanged, before a publish",
          "a swap leaves nothing unpublished in the generation that it supersedes",
          "what is held is read again, before it is landed",
          "what has landed has no held name any more that could be marked",
          "the cursor is unchanged, before a swap",
          "who has swapped meanwhile has taken the name of the number",
          "the plan is made under the lease",
          "the swap finds the cursor changed");

  private static final List<Actor> OTHERS =
      List.of(
          Actor.COMPACT,
          Actor.APPEND,
          Actor.SWEEP_TWO_DAYS_LATER,
          Actor.APPEND_WITH_AN_ID,
          Actor.APPEND_TO_A_NEW_COLUMN);

  private static final List<Actor> LOCKING =
      List.of(
          Actor.APPEND,
          Actor.APPEND_TO_A_NEW_COLUMN,
          Actor.PUBLISH,
          Actor.PASS,
          Actor.SWEEP_TWO_DAYS_LATER);

  /** Somebody who comes by a check, and from whom it protects. */
  private record Check(Actor first, List<Actor> others, Predicate<CallSite> site) {}

  @TempDir Path directory;
  private final Appends book = new Appends();
  private Interleavings interleavings;

  @BeforeEach
  void make() throws IOException {
    Path template = CutCaches.create(directory.resolve("template"), book);
    interleavings = new Interleavings(template, book, directory);
  }

  @Test
  void twoProcessesDoNoHarmWheneverTheyMeet() throws Exception {
    Actor[] actors = Actor.values();
    Random random = new Random(11);
    Map<Actor, Integer> calls = new TreeMap<>();
    List<String> failures = new ArrayList<>();
    for (int i = 0; i < MEETINGS; i++) {
      Actor first = actors[i % (actors.length - 1)];
      Actor second = OTHERS.get(random.nextInt(OTHERS.size()));
      if (!calls.containsKey(first)) {
        calls.put(first, interleavings.survey(first).sites().size());
      }
      int at = random.nextInt(calls.get(first));
      String harm = interleavings.run(first, second, at, LeftOut.NONE);
      if (!harm.isEmpty()) {
        failures.add(first + ", " + second + " at call " + at + ": " + harm);
      }
    }
    System.out.println(MEETINGS + " meetings of two processes: " + calls + " calls");
    assertThat(failures).as(String.join("\n", failures)).isEmpty();
  }

  @Test
  void withoutAnyOneLockAnotherProcessDoesHarm() throws Exception {
    Map<String, Actor> sites = new TreeMap<>();
    Map<Actor, Survey> surveys = new TreeMap<>();
    for (Actor actor : LOCKING) {
      surveys.put(actor, interleavings.survey(actor));
      for (LockSpan span : surveys.get(actor).disk().lockSpans()) {
        sites.putIfAbsent(span.site().innermost(), actor);
      }
    }
    Set<String> neverMissed = new TreeSet<>();
    Map<String, Integer> numbers = new TreeMap<>();
    for (Map.Entry<String, Actor> site : sites.entrySet()) {
      String name = site.getKey().replaceFirst(":[0-9]+", "");
      name += " " + numbers.merge(name, 1, Integer::sum);
      String harm = "";
      if (SOAK || !LOCKS_NOT_MISSED_ALONE.containsKey(name)) {
        harm = harmWithoutLock(site.getKey(), site.getValue(), surveys);
        System.out.println("without the lock of " + name + ": " + (harm.isEmpty() ? "-" : harm));
      }
      if (harm.isEmpty()) {
        neverMissed.add(name);
      }
    }
    System.out.println(sites.size() + " sites of locks, " + interleavings.runs() + " runs");
    assertThat(neverMissed).isEqualTo(new TreeSet<>(LOCKS_NOT_MISSED_ALONE.keySet()));
  }

  private String harmWithoutLock(String site, Actor actor, Map<Actor, Survey> surveys)
      throws IOException {
    Predicate<CallSite> here = s -> s.innermost().equals(site);
    Survey survey = surveys.get(actor);
    for (Actor other : OTHERS) {
      for (LockSpan span : survey.disk().lockSpans()) {
        if (span.site().innermost().equals(site)) {
          for (int at : some(survey.steps(span.from(), span.to()))) {
            String harm = interleavings.run(actor, other, at, LeftOut.lockOfTheFirst(here));
            if (!harm.isEmpty()) {
              return actor + ", then " + other + " at call " + at + ": " + harm;
            }
          }
        }
      }
    }
    for (Actor first : List.of(Actor.PASS, actor)) {
      for (int at : some(surveys.get(first).steps(0, Integer.MAX_VALUE))) {
        String harm = interleavings.run(first, actor, at, LeftOut.lockOfTheSecond(here));
        if (!harm.isEmpty()) {
          return first + ", then " + actor + " at call " + at + ": " + harm;
        }
      }
    }
    return "";
  }

  /** Some of them, evenly; all if there are few. */
  private static List<Integer> some(List<Integer> all) {
    List<Integer> some = new ArrayList<>();
    for (int i = 0; i < Math.min(POINTS, all.size()); i++) {
      some.add(all.get((int) ((long) all.size() * i / Math.min(POINTS, all.size()))));
    }
    return some;
  }

  private static Map<String, Check> checks() {
    Map<String, Check> checks = new LinkedHashMap<>();
    List<Actor> swap = List.of(Actor.COMPACT, Actor.PASS);
    checks.put(
        "the cursor is unchanged, before a link",
        new Check(
            Actor.APPEND,
            swap,
            site -> site.isIn("CursorFile.isUnchanged") && site.isIn("Landing.link")));
    checks.put(
        "no other exchange of this id has landed, before a link",
        new Check(
            Actor.APPEND_WITH_AN_ID,
            List.of(Actor.APPEND_WITH_AN_ID),
            site -> site.isIn("Landing.link")));
    checks.put(
        "the metadata is the newest, before a link",
        new Check(
            Actor.APPEND,
            List.of(Actor.APPEND_TO_A_NEW_COLUMN, Actor.PUBLISH),
            site -> site.isIn("Generation.isNewest") && site.isIn("Landing.link")));
    checks.put(
        "the cursor is unchanged, before the schema grows",
        new Check(
            Actor.APPEND_TO_A_NEW_COLUMN,
            swap,
            site -> site.isIn("CursorFile.isUnchanged") && site.isIn("PartitionWriter.evolve")));
    checks.put(
        "the schema is unchanged, before it grows",
        new Check(
            Actor.APPEND_TO_A_NEW_COLUMN,
            List.of(Actor.APPEND_TO_A_NEW_COLUMN),
            site ->
                site.isIn("PartitionWriter.evolve")
                    && site.isIn("Generation.load")
                    && !site.isIn("Publisher.")));
    checks.put(
        "the cursor is unchanged, before a publish",
        new Check(
            Actor.PUBLISH,
            swap,
            site -> site.isIn("CursorFile.isUnchanged") && site.isIn("PartitionPublishing.")));
    checks.put(
        "what is held is read again, before it is landed",
        new Check(
            Actor.APPEND,
            List.of(Actor.APPEND),
            site -> site.isIn("HeldAppends.list") && site.isIn("PartitionWriter.recover")));
    checks.put(
        "the cursor is unchanged, before a swap",
        new Check(
            Actor.PASS,
            List.of(Actor.PASS_WITHOUT_LOCKS),
            site -> site.isIn("Swap.requireCursor")));
    checks.put(
        "the plan is made under the lease",
        new Check(
            Actor.PASS,
            swap,
            site -> site.isIn("PartitionAssessor.") && site.isIn("PartitionCompaction.compact")));
    checks.put(
        "the cursor has not moved while a partition was read",
        new Check(
            Actor.READ,
            swap,
            site ->
                site.isIn("PartitionInspector.inspect:") && site.isIn("CursorFile.isUnchanged")));
    return checks;
  }

  @Test
  void withoutAnyOneCheckAnotherProcessDoesHarm() throws Exception {
    Set<String> neverMissed = new TreeSet<>();
    for (Map.Entry<String, Check> entry : checks().entrySet()) {
      String harm = "";
      if (SOAK || !CHECKS_NOT_MISSED_ALONE.containsKey(entry.getKey())) {
        harm = harmWithoutCheck(entry.getValue());
        System.out.println(
            "without the check that " + entry.getKey() + ": " + (harm.isEmpty() ? "-" : harm));
      }
      if (harm.isEmpty()) {
        neverMissed.add(entry.getKey());
      }
    }
    System.out.println(checks().size() + " checks, " + interleavings.runs() + " runs");
    assertThat(neverMissed).isEqualTo(new TreeSet<>(CHECKS_NOT_MISSED_ALONE.keySet()));
  }

  private String harmWithoutCheck(Check check) throws IOException {
    for (int at : interleavings.survey(check.first()).before(check.site(), SOAK ? 30 : 8)) {
      for (Actor other : check.others()) {
        if (interleavings.run(check.first(), other, at, LeftOut.NONE).isEmpty()) {
          String harm = interleavings.run(check.first(), other, at, LeftOut.check(check.site()));
          if (!harm.isEmpty()) {
            return check.first() + ", then " + other + " at call " + at + ": " + harm;
          }
        }
      }
    }
    return "";
  }
}
