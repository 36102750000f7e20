package dev.firn.smoke.flow;

import java.util.ArrayList;
import java.util.List;

/** Records that flows append: jobs of a supervisor, each with a name that is found again. */
final class Records {
  private Records() {}

  /** Lines {@code {"job":"<prefix>-<i>", …}}, as they are read again, sorted like them. */
  static List<String> jobs(String prefix, int count) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lines.add(
          "{\"job\":\"%s-%05d\",\"state\":\"%s\",\"millis\":%d}"
              .formatted(prefix, i, i % 7 == 0 ? "failed" : "done", 1000 + i * 37L));
    }
    return lines;
  }
}
