package dev.firn.core.testing;

import java.util.List;
import java.util.Random;

/**
 * What a power failure does to what was not synced. A disk promises nothing about that: it may lose
 * all of it, keep names and lose the bytes below them, or any part.
 */
public record PowerLoss(Bytes bytes, Names names, long seed) {

  /** What becomes of bytes that were written and not synced. */
  public enum Bytes {
    DROPPED,
    /** The first half of them is there. */
    TORN,
    /** The file has its length, and zeros. */
    ZEROED,
    KEPT,
    /** Of each file another of these. */
    ANY
  }

  /** What becomes of names that were made, moved or removed and not synced. */
  public enum Names {
    UNDONE,
    KEPT,
    /** Each by itself, but of changes to one name never a later one without the earlier. */
    ANY
  }

  private static final Bytes[] OF_ONE_FILE = {Bytes.DROPPED, Bytes.TORN, Bytes.ZEROED, Bytes.KEPT};

  /** Nothing that was not synced is there. */
  public static final PowerLoss WORST = new PowerLoss(Bytes.DROPPED, Names.UNDONE, 0);

  /** The ways that differ; {@code seed} decides where there is a choice. */
  public static List<PowerLoss> ways(long seed) {
    return List.of(
        WORST,
        new PowerLoss(Bytes.ANY, Names.ANY, seed),
        new PowerLoss(Bytes.DROPPED, Names.KEPT, seed),
        new PowerLoss(Bytes.TORN, Names.KEPT, seed),
        new PowerLoss(Bytes.KEPT, Names.ANY, seed),
        new PowerLoss(Bytes.ZEROED, Names.KEPT, seed),
        new PowerLoss(Bytes.ANY, Names.ANY, ~seed));
  }

  Random random() {
    return new Random(seed);
  }

  boolean undoes(Random random) {
    return switch (names) {
      case UNDONE -> true;
      case KEPT -> false;
      case ANY -> random.nextBoolean();
    };
  }

  Bytes ofOneFile(Random random) {
    return bytes == Bytes.ANY ? OF_ONE_FILE[random.nextInt(OF_ONE_FILE.length)] : bytes;
  }

  @Override
  public String toString() {
    return "bytes " + bytes + ", names " + names + (names == Names.ANY ? ", seed " + seed : "");
  }
}
