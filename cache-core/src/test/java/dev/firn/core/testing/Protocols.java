package dev.firn.core.testing;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Counts by protocol: which of them was at work when something happened. */
public final class Protocols {
  /** The first that fits; a publish in a swap is a publish. */
  private static final Map<String, String> BY_FRAME = new LinkedHashMap<>();

  static {
    BY_FRAME.put("OutputProof.", "prove");
    BY_FRAME.put("GenerationRewrite.requireAsProved", "prove");
    BY_FRAME.put("RetiredMarker.write", "retire");
    BY_FRAME.put("PartitionSweeper.", "sweep");
    BY_FRAME.put("Publisher.", "publish");
    BY_FRAME.put("PartitionPublishing.", "publish");
    BY_FRAME.put("Swap.", "swap");
    BY_FRAME.put("PartitionCompactor.", "rewrite");
    BY_FRAME.put("PartitionCreation.", "create");
    BY_FRAME.put("HeldAppends.hold", "hold");
    BY_FRAME.put("PartitionWriter.recover:", "recover");
    BY_FRAME.put("PartitionWriter.", "land");
  }

  private final Map<String, Integer> counts = new TreeMap<>();

  /** The protocol of a call; {@code other} is what passes note for each other, and leases. */
  public static String of(CallSite site) {
    return BY_FRAME.entrySet().stream()
        .filter(entry -> site.isIn(entry.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("other");
  }

  public synchronized void count(CallSite site) {
    counts.merge(of(site), 1, Integer::sum);
  }

  public synchronized Map<String, Integer> counts() {
    return new TreeMap<>(counts);
  }

  public synchronized int total() {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  @Override
  public synchronized String toString() {
    return total() + " states: " + counts.toString().replaceAll("[{}]", "").replace('=', ' ');
  }
}
