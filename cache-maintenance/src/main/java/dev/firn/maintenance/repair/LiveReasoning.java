package dev.firn.maintenance.repair;

import dev.firn.core.cursor.Cursor;
import dev.firn.core.generation.DropReason;
import dev.firn.core.generation.GenerationProof;
import dev.firn.core.layout.GenerationName;
import dev.firn.maintenance.repair.GenerationEvidence.Condition;
import dev.firn.maintenance.repair.LiveVerdict.Open;
import dev.firn.maintenance.repair.LiveVerdict.Proved;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tells which generation is live where the cursor does not, from what the generations say of
 * themselves. Pure: evidence in, a verdict out.
 *
 * <p>What it builds on: {@code .retired} is written only after the cursor that names a successor is
 * durable. A rewrite names its parent and the parent's metadata that it was made from, and under
 * the lock of the swap that was the parent's newest, with nothing landed beside; from then on
 * nothing comes to the parent. A rewrite to which something came was live, and so was one that
 * another was made from, or that a valid cursor names.
 *
 * <p>A generation is ruled out
 *
 * <ul>
 *   <li>if it carries {@code .retired}: something superseded it;
 *   <li>if nothing was ever committed to it or landed in it: it holds no row;
 *   <li>if it is an unchanged rewrite whose parent went on after it was made: it was never swapped
 *       in;
 *   <li>if it is an unchanged rewrite whose parent is neither marked nor has gone on: the kill came
 *       right before the swap or right after it. The parent holds the same rows, so it is taken (or
 *       the rewrite, where a damaged cursor still names that). Only where the rewrite dropped
 *       nothing but what the parent's deletes hide;
 *   <li>if a rewrite that was live names it as its parent, as it still is: it was superseded.
 * </ul>
 *
 * <p>The verdict is proved if exactly one is left, and nothing speaks against it: every generation
 * that carries no marker can be read; all are of one layout; no higher one is retired, but its
 * parent; what a cursor names is among the superseded; and the only rewrite left is either changed
 * since, or made from what is there and is marked, or from what is gone, because the sweep had
 * removed it, and is not what the cursor names.
 *
 * <p>Taken for granted: nobody has removed a generation by hand. Nothing on the disk could tell.
 */
final class LiveReasoning {
  private final List<GenerationEvidence> all;
  private final CursorEvidence cursor;
  private final Map<GenerationName, String> ruledOut = new LinkedHashMap<>();

  private LiveReasoning(List<GenerationEvidence> all, CursorEvidence cursor) {
    this.all = all;
    this.cursor = cursor;
  }

  static LiveVerdict decide(List<GenerationEvidence> generations, CursorEvidence cursor) {
    return new LiveReasoning(generations, cursor).decide();
  }

  private LiveVerdict decide() {
    if (all.isEmpty()) {
      return new Open("there is no generation", List.of());
    }
    if (all.size() == 1 && all.get(0).condition() == Condition.EMPTY && all.get(0).created()) {
      return new Proved(
          all.get(0).name(), "it is the only generation, and nothing was ever written to it");
    }
    all.forEach(g -> reasonAgainst(g).ifPresent(why -> ruledOut.put(g.name(), why)));
    List<GenerationEvidence> left =
        all.stream().filter(g -> !ruledOut.containsKey(g.name())).toList();
    Optional<GenerationEvidence> damaged = left.stream().filter(g -> !g.isReadable()).findFirst();
    if (damaged.isPresent()) {
      return open(damaged.get().name() + " may be the live one and cannot be read");
    }
    if (left.isEmpty()) {
      return open("every generation was superseded or never used: the live one is not here");
    }
    if (left.size() > 1) {
      return open(left.size() + " generations may be the live one");
    }
    GenerationEvidence live = left.get(0);
    Optional<String> doubt = doubt(live);
    return doubt.isPresent() ? open(doubt.get()) : new Proved(live.name(), reasonFor(live));
  }

  private Optional<String> reasonAgainst(GenerationEvidence generation) {
    if (generation.retired()) {
      return Optional.of("it carries .retired");
    }
    if (generation.condition() == Condition.EMPTY && !isNamed(generation)) {
      return Optional.of("nothing was ever committed to it");
    }
    if (!generation.isReadable()) {
      return Optional.empty();
    }
    Optional<GenerationEvidence> heir =
        all.stream()
            .filter(g -> g.proof().map(generation::isParentIn).orElse(false) && wasLive(g))
            .filter(g -> generation.isAsLeftBy(g.proof().orElseThrow()))
            .findFirst();
    if (heir.isPresent()) {
      return Optional.of(heir.get().name() + " superseded it and holds all of its rows");
    }
    return generation.isUnchangedRewrite() && !wasLive(generation)
        ? reasonAgainstRewrite(generation)
        : Optional.empty();
  }

  private Optional<String> reasonAgainstRewrite(GenerationEvidence rewrite) {
    GenerationProof proof = rewrite.proof().orElseThrow();
    Optional<GenerationEvidence> parent =
        all.stream().filter(g -> g.isReadable() && g.isParentIn(proof)).findFirst();
    if (parent.isEmpty()) {
      return Optional.empty();
    }
    if (!parent.get().isAsLeftBy(proof)) {
      return Optional.of(
          "it was never live: "
              + parent.get().name()
              + " went on after it had been made from that");
    }
    boolean sameRows =
        proof.rowsIn() == proof.rowsOut() + proof.dropped().count(DropReason.DELETED);
    boolean preferred = cursor.remnant().map(rewrite.name()::equals).orElse(false);
    return !parent.get().retired() && sameRows && !preferred
        ? Optional.of("it holds what " + parent.get().name() + " holds, which nothing has retired")
        : Optional.empty();
  }

  /** A damaged cursor is no proof, but of two that hold the same it may name one. */
  private boolean wasLive(GenerationEvidence generation) {
    return generation.retired()
        || (generation.proof().isPresent() && !generation.asProved())
        || isNamed(generation)
        || (cursor.remnant().map(generation.name()::equals).orElse(false)
            && generation.isUnchangedRewrite())
        || all.stream().anyMatch(g -> g.proof().map(generation::isParentIn).orElse(false));
  }

  private boolean isNamed(GenerationEvidence generation) {
    return named().map(generation.name()::equals).orElse(false);
  }

  private Optional<GenerationName> named() {
    return cursor.valid().map(Cursor::live);
  }

  /** What speaks against the only one that is left. */
  private Optional<String> doubt(GenerationEvidence live) {
    if (all.stream().anyMatch(g -> g.name().layout() != live.name().layout())) {
      return Optional.of("there are generations of two layouts");
    }
    Optional<GenerationName> parent = live.proof().map(GenerationProof::parent);
    for (GenerationEvidence other : all) {
      if (other.retired()
          && other.name().number() > live.name().number()
          && !parent.map(other.name()::equals).orElse(false)) {
        return Optional.of(other.name() + ", which is newer, was live and is retired");
      }
    }
    Optional<String> doubt = doubtByCursor(live, parent);
    return doubt.isPresent() ? doubt : doubtByParent(live);
  }

  private Optional<String> doubtByCursor(GenerationEvidence live, Optional<GenerationName> parent) {
    Optional<GenerationName> remnant = cursor.remnant().filter(n -> !isThere(n));
    if (remnant.isPresent()) {
      return Optional.of("the damaged cursor names " + remnant.get() + ", which is not there");
    }
    if (named().isEmpty() || isThere(named().get())) {
      return Optional.empty();
    }
    GenerationName gone = named().get();
    boolean later =
        live.proof().isPresent()
            && live.name().number() > gone.number()
            && (wasLive(live) || !parent.map(gone::equals).orElse(true));
    return later
        ? Optional.empty()
        : Optional.of("the cursor names " + gone + ", which is not there and may have gone on");
  }

  /** A rewrite that nobody has added to: was it ever swapped in? */
  private Optional<String> doubtByParent(GenerationEvidence live) {
    if (!live.isUnchangedRewrite() || wasLive(live)) {
      return Optional.empty();
    }
    GenerationName parent = live.proof().orElseThrow().parent();
    Optional<GenerationEvidence> there =
        all.stream().filter(g -> g.name().equals(parent)).findFirst();
    if (there.isPresent() && there.get().isReadable()) {
      return there.get().isParentIn(live.proof().orElseThrow())
          ? Optional.empty()
          : Optional.of(live.name() + " was made from another " + parent + " than this one");
    }
    return Optional.empty();
  }

  private boolean isThere(GenerationName name) {
    return all.stream().anyMatch(g -> g.name().equals(name));
  }

  private String reasonFor(GenerationEvidence live) {
    List<String> reasons = new ArrayList<>();
    if (live.proof().isPresent() && !live.asProved()) {
      reasons.add("rows were added to it since it was made");
    } else if (live.proof().isPresent()) {
      GenerationName parent = live.proof().get().parent();
      reasons.add(
          "it was made from " + parent + ", which is " + (isThere(parent) ? "superseded" : "gone"));
    }
    ruledOut.forEach((name, why) -> reasons.add(name + " is ruled out: " + why));
    return reasons.isEmpty() ? "it is the only generation" : String.join("; ", reasons);
  }

  private Open open(String why) {
    List<Candidate> candidates = new ArrayList<>();
    for (GenerationEvidence g : all) {
      if (g.condition() == Condition.EMPTY) {
        continue;
      }
      String against = ruledOut.get(g.name());
      String reason =
          !g.isReadable()
              ? "it cannot be read: " + g.trouble()
              : against != null
                  ? "unlikely: " + against
                  : isNamed(g) ? "the cursor names it" : possible(g);
      candidates.add(
          new Candidate(g.name().format(), g.isReadable(), g.rows(), g.newest(), reason));
    }
    return new Open(why, candidates);
  }

  private static String possible(GenerationEvidence g) {
    return g.proof().isPresent() && g.asProved()
        ? "made from " + g.proof().get().parent() + ", nothing was added since; nothing retired it"
        : g.proof().isPresent()
            ? "rows were added since it was made, so it was live; nothing retired it"
            : "complete, and nothing retired it";
  }
}
