package dev.firn.core.partition;

import dev.firn.core.cursor.CursorState.Present;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.RetiredMarker;
import dev.firn.core.layout.GenerationName;
import dev.firn.core.layout.Partition;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What reading a partition can find. Only {@link Live} may be written to or cleaned up. */
public sealed interface PartitionState {

  Partition partition();

  /**
   * The cursor is valid and the generation that it names loads.
   *
   * @param others the other generations in the directory, by number
   */
  record Live(
      Partition partition, Present cursor, Generation generation, List<OtherGeneration> others)
      implements PartitionState {
    public Live {
      others = List.copyOf(others);
    }
  }

  /** Neither a cursor nor a generation: nothing has been written yet. */
  record Absent(Partition partition) implements PartitionState {}

  /** In doubt: nothing in the partition may be written and nothing removed. */
  record Unreadable(Partition partition, Problem problem, Path file, String reason)
      implements PartitionState {}

  /** A directory with a generation's exact name that the cursor does not name as live. */
  record OtherGeneration(GenerationName name, Path directory, Optional<RetiredMarker> retired) {}

  /** Why a partition is in doubt. */
  enum Problem {
    CURSOR_UNREADABLE("the cursor cannot be read"),
    CURSOR_UNSUPPORTED("the cursor is of a newer version"),
    CURSOR_MISSING("generations without a cursor"),
    GENERATION_MISSING("the live generation is missing"),
    GENERATION_DAMAGED("the live generation does not load"),
    CONFLICT("the cursor is older than a generation that was live after it");

    private final String text;

    Problem(String text) {
      this.text = text;
    }

    /** In a few words, for people. */
    public String text() {
      return text;
    }
  }
}
