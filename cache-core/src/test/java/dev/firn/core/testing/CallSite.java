package dev.firn.core.testing;

import java.util.List;

/**
 * Who asked the disk for something: frames of the project as {@code Class.method:line}, innermost
 * first, without those of the disk, of locks, and of what stands in for the disk.
 */
public record CallSite(List<String> frames) {
  private static final List<String> BELOW =
      List.of("dev.firn.core.disk.", "dev.firn.core.lock.", "dev.firn.core.testing.");
  private static final String PROJECT = "dev.firn.";

  public CallSite {
    frames = List.copyOf(frames);
  }

  public static CallSite here() {
    return new CallSite(
        StackWalker.getInstance()
            .walk(
                frames ->
                    frames
                        .filter(f -> f.getClassName().startsWith(PROJECT))
                        .filter(f -> BELOW.stream().noneMatch(f.getClassName()::startsWith))
                        .map(
                            f ->
                                f.getClassName().substring(f.getClassName().lastIndexOf('.') + 1)
                                    + "."
                                    + f.getMethodName()
                                    + ":"
                                    + f.getLineNumber())
                        .toList()));
  }

  /** The one that chose to ask. */
  public String innermost() {
    return frames.isEmpty() ? "?" : frames.get(0);
  }

  /**
   * True if a frame begins so: {@code Swap.}, {@code Swap.requireCursor:} or with the line as well.
   */
  public boolean isIn(String prefix) {
    return frames.stream().anyMatch(frame -> frame.startsWith(prefix));
  }
}
