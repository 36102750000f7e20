package dev.firn.smoke.bench;

import dev.firn.core.append.CacheWriter;
import dev.firn.core.cache.Cache;
import dev.firn.smoke.command.FirnCommand;
import dev.firn.smoke.shape.NarrowShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The packaged command from its start to its end: start-up, and a pass that finds nothing due. */
final class CommandBenchmarks {
  private static final int STATUS_PARTITIONS = 20;
  private static final int IDLE_PARTITIONS = 10_000;

  /** A start is short: more of them cost little and say more. */
  private static final int STARTS_A_ROUND = 4;

  private CommandBenchmarks() {}

  static Outcome help(Setting setting) throws Exception {
    return start(setting, "start-help", "firn --help", 3, List.of("--help"));
  }

  static Outcome status(Setting setting) throws Exception {
    Path root = setting.work().resolve("twenty");
    try (Cache cache = Cache.open(root)) {
      for (int i = 0; i < STATUS_PARTITIONS; i++) {
        CacheWriter writer = cache.writer("jobs", "source-" + i);
        for (int exchange = 0; exchange < 3; exchange++) {
          FirnAppends.append(writer, NarrowShape.exchange(exchange));
        }
      }
    }
    List<String> command = List.of("--root", root.toString(), "query", "status");
    return start(setting, "start-status", "firn query status, 20 partitions", 4, command);
  }

  private static Outcome start(
      Setting setting, String name, String what, double bound, List<String> arguments)
      throws Exception {
    Engine firn = new Engine(what, command(setting.firn(), arguments));
    Engine hello = new Engine("bare JVM hello", hello(setting.work()));
    // The command has its archive of classes made when it first runs; that is not what is measured.
    List<String> first = new ArrayList<>(List.of("env", "FIRN_ARCHIVE=wait"));
    first.addAll(firn.command());
    FirnCommand.run(first);
    int startsARound = setting.scaled(STARTS_A_ROUND, 1);
    int rounds = startsARound * setting.rounds();
    for (int round = -startsARound * setting.warmUps(); round < rounds; round++) {
      for (Engine engine : List.of(firn, hello)) {
        long started = System.nanoTime();
        FirnCommand.run(engine.command());
        if (round >= 0) {
          engine.add(Map.of(Timed.SECONDS, (System.nanoTime() - started) / 1e9));
        }
      }
    }
    double ratio = firn.median(Timed.SECONDS) / hello.median(Timed.SECONDS);
    return new Outcome(
        name,
        rounds + " starts each",
        List.of(firn, hello),
        List.of(Target.atMost(what + " against a bare hello", ratio, bound, "times")));
  }

  private static List<String> command(FirnCommand firn, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(firn.executable().toString()));
    command.addAll(arguments);
    return command;
  }

  /** A hello from a directory, with the flags that make a bare JVM start soonest. */
  private static List<String> hello(Path work) throws IOException {
    String file = Hello.class.getName().replace('.', '/') + ".class";
    Path classes = work.resolve("hello");
    Path target = classes.resolve(file);
    Files.createDirectories(classes.resolve(Hello.class.getPackageName().replace('.', '/')));
    try (var source = CommandBenchmarks.class.getResourceAsStream("/" + file)) {
      if (source == null) {
        throw new AssertionError(file);
      }
      if (!Files.exists(target)) {
        Files.copy(source, target);
      }
    }
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xshare:auto",
        "-cp",
        classes.toString(),
        Hello.class.getName());
  }

  static Outcome idle(Setting setting) throws Exception {
    int partitions = setting.scaled(IDLE_PARTITIONS, 5);
    Path root = setting.work().resolve("idle");
    ManyPartitions.create(root, partitions);
    List<String> command =
        command(setting.firn(), List.of("--root", root.toString(), "query", "maintain", "--json"));
    Engine firn = new Engine("firn query maintain", command);
    for (int round = -setting.warmUps(); round < setting.rounds(); round++) {
      Map<Path, String> before = states(root);
      long started = System.nanoTime();
      FirnCommand.run(command);
      double seconds = (System.nanoTime() - started) / 1e9;
      Map<Path, String> after = states(root);
      setting.progress().printf("  round %d: %.2f s%n", round, seconds);
      if (round >= 0) {
        firn.add(written(root, seconds, before, after));
      }
    }
    Trees.remove(root);
    return new Outcome(
        "idle-pass",
        "%,d partitions with nothing due".formatted(partitions),
        List.of(firn),
        List.of(
            Target.atMost("a pass", firn.median(Timed.SECONDS), 3, "s"),
            Target.atMost("files written in partitions", firn.median("filesWritten"), 0, "files")));
  }

  private static Map<String, Double> written(
      Path root, double seconds, Map<Path, String> before, Map<Path, String> after) {
    double notes = 0;
    double others = 0;
    for (Map.Entry<Path, String> file : after.entrySet()) {
      if (!file.getValue().equals(before.get(file.getKey()))) {
        if (file.getKey().startsWith(root.resolve("maintenance"))) {
          notes++;
        } else {
          others++;
        }
      }
    }
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put(Timed.SECONDS, seconds);
    figures.put("filesWritten", others);
    figures.put("notesWritten", notes);
    return figures;
  }

  private static Map<Path, String> states(Path root) throws IOException {
    Map<Path, String> states = new LinkedHashMap<>();
    for (Path file : Trees.files(root)) {
      states.put(file, Files.size(file) + " " + Files.getLastModifiedTime(file));
    }
    return states;
  }
}
