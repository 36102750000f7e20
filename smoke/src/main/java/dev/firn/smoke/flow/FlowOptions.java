package dev.firn.smoke.flow;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What {@code firn-smoke run} and {@code inspect} are asked for.
 *
 * @param names of flows
 * @param root a real cache
 * @param firn the command to use
 * @param keep leave the caches of all flows where they are
 * @param json one JSON document on standard output
 */
record FlowOptions(
    List<String> names, Optional<Path> root, Optional<Path> firn, boolean keep, boolean json) {

  /**
   * @throws IllegalArgumentException naming what is not known or missing
   */
  static FlowOptions parse(List<String> arguments) {
    List<String> names = new ArrayList<>();
    Optional<Path> root = Optional.empty();
    Optional<Path> firn = Optional.empty();
    boolean keep = false;
    boolean json = false;
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      switch (argument) {
        case "--root" -> root = Optional.of(value(arguments, ++i));
        case "--firn" -> firn = Optional.of(value(arguments, ++i));
        case "--keep" -> keep = true;
        case "--json" -> json = true;
        default -> {
          if (argument.startsWith("-")) {
            throw new IllegalArgumentException("unknown option " + argument);
          }
          names.add(argument);
        }
      }
    }
    root.filter(path -> !Files.isDirectory(path))
        .ifPresent(
            path -> {
              throw new IllegalArgumentException("--root " + path + ": there is no cache");
            });
    firn.filter(path -> !Files.isExecutable(path))
        .ifPresent(
            path -> {
              throw new IllegalArgumentException("--firn " + path + ": there is no such command");
            });
    return new FlowOptions(names, root, firn, keep, json);
  }

  private static Path value(List<String> arguments, int at) {
    if (at >= arguments.size()) {
      throw new IllegalArgumentException(arguments.get(at - 1) + " needs a value");
    }
    return Path.of(arguments.get(at)).toAbsolutePath().normalize();
  }

  /**
   * The flows that were named.
   *
   * @throws IllegalArgumentException for a name that no flow has, or none
   */
  List<Flow> flows() {
    if (names.isEmpty()) {
      throw new IllegalArgumentException("run needs the name of a flow, or all");
    }
    if (names.equals(List.of("all"))) {
      return Flows.ALL;
    }
    return names.stream()
        .map(
            name ->
                Flows.find(name)
                    .orElseThrow(
                        () ->
                            new IllegalArgumentException(
                                "there is no flow " + name + "; \"firn-smoke list\" names all")))
        .toList();
  }
}
