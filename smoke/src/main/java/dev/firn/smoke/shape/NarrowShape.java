package dev.firn.smoke.shape;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** What a job supervisor appends: exchanges of {@value #ROWS} rows of 15 ordinary columns. */
public final class NarrowShape {
  public static final int ROWS = 5;

  /** Of the first exchange; the others follow a second apart. */
  public static final long FIRST_STARTED_AT = 1_785_500_000_000L;

  private static final String[] STATES = {"pending", "running", "done", "failed"};
  private static final String[] QUEUES = {"default", "mail", "reports"};

  private NarrowShape() {}

  /** One exchange as a JSON array, always the same for a number. */
  public static byte[] exchange(long number) {
    RandomGenerator random = new SplittableRandom(number);
    StringBuilder json = new StringBuilder("[");
    for (int row = 0; row < ROWS; row++) {
      long started = FIRST_STARTED_AT + number * 1_000 + row;
      int millis = random.nextInt(90_000);
      json.append(row == 0 ? "" : ",")
          .append("{\"job_id\":")
          .append(number * ROWS + row)
          .append(",\"name\":\"job-")
          .append(random.nextInt(50))
          .append("\",\"queue\":\"")
          .append(QUEUES[random.nextInt(QUEUES.length)])
          .append("\",\"state\":\"")
          .append(STATES[random.nextInt(STATES.length)])
          .append("\",\"host\":\"worker-")
          .append(random.nextInt(12))
          .append("\",\"user\":\"user-")
          .append(random.nextInt(400))
          .append("\",\"attempt\":")
          .append(1 + random.nextInt(3))
          .append(",\"priority\":")
          .append(random.nextInt(10))
          .append(",\"started_at\":")
          .append(started)
          .append(",\"finished_at\":")
          .append(started + millis)
          .append(",\"duration_s\":")
          .append(millis / 1e3)
          .append(",\"exit_code\":")
          .append(random.nextInt(2))
          .append(",\"success\":")
          .append(random.nextBoolean())
          .append(",\"cost\":")
          .append(random.nextInt(10_000) / 1e4)
          .append(",\"message\":\"finished step ")
          .append(random.nextInt(1_000_000))
          .append(" of the nightly run\"}");
    }
    return json.append("]").toString().getBytes(StandardCharsets.UTF_8);
  }
}
