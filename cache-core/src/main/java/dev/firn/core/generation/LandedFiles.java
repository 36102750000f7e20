package dev.firn.core.generation;

import dev.firn.core.disk.Disk;
import dev.firn.core.layout.LandedName;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The landed files in a generation's {@code data/}, by their names alone. */
public final class LandedFiles {
  private static final int ATTEMPTS = 10;

  private LandedFiles() {}

  /**
   * What was found.
   *
   * @param settled false if files landed while it was listed: then a later one may be in it and an
   *     earlier one missing
   */
  record Listing(List<LandedName> names, boolean settled) {
    Listing {
      names = List.copyOf(names);
    }

    /**
     * Those with higher numbers than this. Of a listing that is not settled, what follows a gap is
     * left out: it landed after the listing had begun. Among the others gaps mean nothing, since
     * another program may have removed what it replaced.
     */
    List<LandedName> above(long published) {
      List<LandedName> above = names.stream().filter(n -> n.number() > published).toList();
      int end = Math.min(1, above.size());
      while (end < above.size()
          && (settled || above.get(end).number() == above.get(end - 1).number() + 1)) {
        end++;
      }
      return above.subList(0, end);
    }
  }

  /**
   * The landed files at one instant, by number; none if there is no {@code data/}. A listing that
   * runs while files land may show a later one and miss an earlier, so it is repeated until two
   * agree, or until it is clear that files land faster than that.
   */
  static Listing listAtOneInstant(Disk disk, GenerationPaths paths) throws IOException {
    List<LandedName> before = list(disk, paths);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      List<LandedName> now = list(disk, paths);
      if (now.equals(before)) {
        return new Listing(now, true);
      }
      before = now;
    }
    return new Listing(before, false);
  }

  /** The landed files; exact for the holder of the commit lock, under which alone files land. */
  public static List<LandedName> list(Disk disk, GenerationPaths paths) throws IOException {
    List<LandedName> landed = new ArrayList<>();
    try {
      for (String name : disk.list(paths.data())) {
        LandedName.parse(name).ifPresent(landed::add);
      }
    } catch (NoSuchFileException e) {
      return List.of();
    }
    landed.sort(Comparator.comparingLong(LandedName::number));
    return landed;
  }
}
