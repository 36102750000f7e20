package dev.firn.smoke.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What was measured of one engine. */
final class Engine {
  private final String name;
  private final List<String> command;
  private final List<Map<String, Double>> rounds = new ArrayList<>();
  private double peakBytes;

  Engine(String name, List<String> command) {
    this.name = name;
    this.command = List.copyOf(command);
  }

  String name() {
    return name;
  }

  List<String> command() {
    return command;
  }

  List<Map<String, Double>> rounds() {
    return rounds;
  }

  void add(Map<String, Double> round) {
    rounds.add(round);
  }

  void setPeakBytes(double bytes) {
    peakBytes = bytes;
  }

  /** The most memory that its process had resident; 0 if that is not known. */
  double peakBytes() {
    return peakBytes;
  }

  double median(String figure) {
    return Timed.quantile(
        rounds.stream().mapToDouble(round -> round.getOrDefault(figure, Double.NaN)).toArray(),
        0.5);
  }

  /** The median of each figure. */
  Map<String, Double> medians() {
    Map<String, Double> medians = new LinkedHashMap<>();
    Set<String> figures = rounds.isEmpty() ? Set.of() : rounds.get(0).keySet();
    figures.forEach(figure -> medians.put(figure, median(figure)));
    return medians;
  }
}
