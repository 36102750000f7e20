package dev.firn.maintenance.notes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.layout.CacheDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Ages that a clock set forward, or back and forward again, cannot lengthen: {@code
 * maintenance/clock.json}.
 *
 * <p>Passes note what the wall clock said and how much uptime all passes together have observed by
 * then. The age of something that carries a wall time is the smaller of the wall clock's difference
 * and the uptime observed since the last pass that was not later than that time by its own wall
 * clock. A time before any note is taken at the word that the wall clock had when the first note
 * was made. So a wall clock that jumps forward by a year ages nothing by more than the uptime since
 * the last pass; one that jumps back, or a time in the future, gives age zero. Time while the
 * machine is off, and not observed, does not count.
 *
 * <p>A pass that finds that the wall clock has jumped notes so at once, and writes no time before
 * its own begin: so what was superseded while the clock was behind is not taken for old when the
 * clock is put right.
 *
 * <p>Losing the file leaves the wall clock alone to decide.
 */
public final class ObservedTime {
  private static final String FILE = "clock.json";
  private static final int MAX_NOTES = 512;
  private static final Duration SPACING = Duration.ofMinutes(10);

  /** A wall clock that goes by this much more or less than the uptime has jumped. */
  private static final Duration JUMP = Duration.ofMinutes(1);

  /** A clock that goes forward by this much more than the uptime is not believed at once. */
  private static final Duration LEAP = Duration.ofHours(1);

  private static final Duration BELIEVED = Duration.ofDays(1);

  /** Loaded when there is something to read or to write: that takes longer than most reads. */
  private static final class Json {
    static final ObjectMapper MAPPER = new ObjectMapper();
  }

  /** A pass at wall time {@code wall}, when {@code observed} uptime had been seen in all. */
  private record Note(Instant wall, Duration observed, String bootId, Duration sinceBoot) {}

  private final List<Note> notes;
  private final Instant wall;
  private final Optional<Uptime> uptime;
  private final Duration observed;

  private ObservedTime(List<Note> notes, Instant wall, Optional<Uptime> uptime) {
    this.notes = notes;
    this.wall = wall;
    this.uptime = uptime;
    this.observed = observed(notes, wall, uptime);
  }

  /** What the clocks say now, in the light of what earlier passes noted. Writes nothing. */
  public static ObservedTime read(
      Disk disk, CacheDirectory cache, Instant wall, Optional<Uptime> uptime) {
    List<Note> notes = new ArrayList<>();
    try {
      byte[] noted = disk.read(cache.maintenance().resolve(FILE));
      JsonNode document = Json.MAPPER.readTree(noted);
      for (JsonNode note : document.path("notes")) {
        notes.add(
            new Note(
                Instant.parse(note.path("wall").asText()),
                Duration.ofMillis(note.path("observedMillis").asLong()),
                note.path("bootId").asText(),
                Duration.ofMillis(note.path("sinceBootMillis").asLong())));
      }
    } catch (IOException | DateTimeParseException e) {
      notes.clear();
    }
    return new ObservedTime(notes, wall, uptime);
  }

  private static Duration observed(List<Note> notes, Instant wall, Optional<Uptime> uptime) {
    if (notes.isEmpty()) {
      return Duration.ZERO;
    }
    Note last = notes.get(notes.size() - 1);
    Duration since =
        uptime
            .map(
                now ->
                    now.bootId().equals(last.bootId())
                        ? now.sinceBoot().minus(last.sinceBoot())
                        : now.sinceBoot())
            .orElseGet(() -> Duration.between(last.wall(), wall));
    return last.observed().plus(since.isNegative() ? Duration.ZERO : since);
  }

  /** What the wall clock says. */
  public Instant wall() {
    return wall;
  }

  /**
   * What time it is for whoever drops rows by their age: the wall clock, but without a leap forward
   * of more than an hour that passes saw it make while the machine ran, until {@link #BELIEVED} of
   * uptime has been observed since. So a clock that is set forward by mistake drops nothing for a
   * day in which to set it right; one that was behind and was put right is followed a day later. A
   * leap over a restart cannot be told from a machine that was off, and is believed.
   */
  public Instant believedWall() {
    Duration leaps = Duration.ZERO;
    for (int i = 0; i < notes.size(); i++) {
      Note from = notes.get(i);
      boolean last = i + 1 == notes.size();
      String bootId = last ? uptime.map(Uptime::bootId).orElse("") : notes.get(i + 1).bootId();
      Duration observedThen = last ? observed : notes.get(i + 1).observed();
      Instant wallThen = last ? wall : notes.get(i + 1).wall();
      if (bootId.isEmpty()
          || !bootId.equals(from.bootId())
          || observed.minus(observedThen).compareTo(BELIEVED) >= 0) {
        continue;
      }
      Duration leap =
          Duration.between(from.wall(), wallThen).minus(observedThen.minus(from.observed()));
      if (leap.abs().compareTo(LEAP) > 0) {
        leaps = leaps.plus(leap);
      }
    }
    return leaps.isNegative() ? wall : wall.minus(leaps);
  }

  /** How old something is that happened at {@code time} by the wall clock; never negative. */
  public Duration age(Instant time) {
    Duration byWall = Duration.between(time, wall);
    Duration byUptime = byWall;
    if (!notes.isEmpty()) {
      Note first = notes.get(0);
      byUptime = Duration.between(time, first.wall()).plus(observed.minus(first.observed()));
      for (Note note : notes) {
        if (!note.wall().isAfter(time)) {
          byUptime = observed.minus(note.observed());
        }
      }
    }
    Duration age = byWall.compareTo(byUptime) < 0 ? byWall : byUptime;
    return age.isNegative() ? Duration.ZERO : age;
  }

  /**
   * Notes this pass, unless the last note is younger than ten minutes of uptime and the wall clock
   * has gone with the uptime since.
   */
  public void save(Disk disk, CacheDirectory cache) throws IOException {
    if (!notes.isEmpty()) {
      Note last = notes.get(notes.size() - 1);
      Duration since = observed.minus(last.observed());
      Duration jump = Duration.between(last.wall(), wall).minus(since);
      if (since.compareTo(SPACING) < 0 && jump.abs().compareTo(JUMP) <= 0) {
        return;
      }
    }
    List<Note> all = new ArrayList<>(notes);
    all.add(
        new Note(
            wall,
            observed,
            uptime.map(Uptime::bootId).orElse(""),
            uptime.map(Uptime::sinceBoot).orElse(Duration.ZERO)));
    ObjectNode document = Json.MAPPER.createObjectNode();
    document.put("version", 1);
    ArrayNode array = document.putArray("notes");
    for (Note kept : all.subList(Math.max(0, all.size() - MAX_NOTES), all.size())) {
      ObjectNode node = array.addObject();
      node.put("wall", kept.wall().toString());
      node.put("observedMillis", kept.observed().toMillis());
      node.put("bootId", kept.bootId());
      node.put("sinceBootMillis", kept.sinceBoot().toMillis());
    }
    Path file = cache.maintenance().resolve(FILE);
    PassMemory.ensureDirectory(disk, cache);
    DurableFiles.replace(disk, file, Json.MAPPER.writeValueAsBytes(document));
  }
}
