package dev.firn.maintenance.drop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.append.HeldAppends;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.FileStat;
import dev.firn.core.layout.CacheDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What is held for a dataset and cannot land goes with it when it is dropped, and nothing that is
 * held for a later dataset of the same name.
 *
 * <p>The names of the held files are written, durably, into the dataset's directory before that is
 * renamed aside, so that they are dropped by the very same step. Killed before it, the note says
 * nothing to anybody, and the next drop writes it anew. Killed after it, whoever removes the
 * directory removes the files first; the note goes with the directory.
 */
final class HeldOfDropped {
  private static final String NOTE = ".held";
  private static final String LANDING = ".landing-";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Disk disk;
  private final Path held;

  HeldOfDropped(Disk disk, CacheDirectory cache) {
    this.disk = disk;
    this.held = cache.root().resolve(HeldAppends.HELD).resolve(CacheDirectory.DATASETS);
  }

  /**
   * Notes what is held for a dataset. The caller holds all of its locks.
   *
   * @param directory of the dataset, that is about to be renamed
   */
  void note(String dataset, Path directory) throws IOException {
    List<String> files = new ArrayList<>();
    collect(held.resolve(dataset), files);
    Path note = directory.resolve(NOTE);
    if (!files.isEmpty()) {
      DurableFiles.replace(disk, note, JSON.writeValueAsBytes(files));
    } else if (disk.stat(note).isPresent()) {
      disk.delete(note); // of a drop that was killed
      disk.syncDirectory(directory);
    }
  }

  private void collect(Path directory, List<String> files) throws IOException {
    for (String name : names(directory)) {
      Path path = directory.resolve(name);
      if (disk.stat(path).map(FileStat::isDirectory).orElse(false)) {
        collect(path, files);
      } else if (!name.endsWith(".lock")) {
        files.add(held.relativize(path).toString());
      }
    }
  }

  /** Removes what was noted. */
  void remove(Path aside) throws IOException {
    Path note = aside.resolve(NOTE);
    if (!disk.stat(note).map(FileStat::isFile).orElse(false)) {
      return;
    }
    for (String file : parse(note)) {
      Path path = held.resolve(file).normalize();
      if (path.startsWith(held)) {
        remove(Objects.requireNonNull(path.getParent()), String.valueOf(path.getFileName()));
      }
    }
  }

  private List<String> parse(Path note) throws IOException {
    byte[] bytes = disk.read(note);
    try {
      return List.of(JSON.readValue(bytes, String[].class));
    } catch (JsonProcessingException e) {
      throw new Corrupt(
          note, "names of held exchanges", new String(bytes, StandardCharsets.UTF_8), e);
    }
  }

  /** Removes the directories of a dataset for which nothing is held any more. */
  void removeEmpty(String dataset) throws IOException {
    removeEmptyBelow(held.resolve(dataset));
  }

  private void removeEmptyBelow(Path directory) throws IOException {
    for (String name : names(directory)) {
      removeEmptyBelow(directory.resolve(name));
    }
    removeEmpty(directory);
  }

  /** Somebody may have begun to land it, and has renamed it for that. */
  private void remove(Path directory, String name) throws IOException {
    int landing = name.indexOf(LANDING);
    String original = landing < 0 ? name : name.substring(0, landing);
    boolean removed = false;
    for (String there : names(directory)) {
      if (there.equals(original) || there.startsWith(original + LANDING)) {
        disk.delete(directory.resolve(there));
        removed = true;
      }
    }
    if (removed) {
      disk.syncDirectory(directory);
    }
  }

  private void removeEmpty(Path directory) throws IOException {
    List<String> left = names(directory);
    boolean there = disk.stat(directory).map(FileStat::isDirectory).orElse(false);
    if (!there || left.stream().anyMatch(name -> !name.endsWith(".lock"))) {
      return;
    }
    try {
      for (String lock : left) {
        disk.delete(directory.resolve(lock));
      }
      disk.delete(directory);
      disk.syncDirectory(Objects.requireNonNull(directory.getParent()));
    } catch (DirectoryNotEmptyException | NoSuchFileException e) {
      return; // something is held again, or another one was first
    }
  }

  private List<String> names(Path directory) throws IOException {
    return disk.stat(directory).map(FileStat::isDirectory).orElse(false)
        ? disk.list(directory)
        : List.of();
  }
}
