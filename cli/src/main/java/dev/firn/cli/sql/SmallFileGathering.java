package dev.firn.cli.sql;

import dev.firn.core.disk.Disk;
import dev.firn.core.plain.SmallFiles;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Puts what thousands of small files of a view hold into a few in the scratch directory, for one
 * query: the engine takes longer to open such a file than to read it.
 *
 * <p>It is a matter of speed alone. Where it does not work, because the disk of the scratch
 * directory is full, say, the engine reads the cache's files.
 */
final class SmallFileGathering {
  /** What it may take on the disk; what is beyond stays in the cache's files. */
  private static final long MOST_BYTES = 256L << 20;

  private static final int FEWEST_FILES = 32;
  private static final int FILES_A_TASK = 256;

  private final Disk disk;
  private final Scratch scratch;
  private final int threads;

  SmallFileGathering(Disk disk, Scratch scratch, int threads) {
    this.disk = disk;
    this.scratch = scratch;
    this.threads = threads;
  }

  /** The same rows in the same order. */
  DatasetView of(DatasetView view) throws InterruptedIOException {
    if (view.sources().stream().allMatch(source -> source.whole().size() < FEWEST_FILES)) {
      return view;
    }
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Source> sources = gathered(view.sources(), executor);
      return new DatasetView(view.name(), sources);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException) {
        return view;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } finally {
      executor.shutdownNow();
    }
  }

  private List<Source> gathered(List<Source> sources, ExecutorService executor)
      throws ExecutionException, InterruptedException {
    List<List<Callable<List<Path>>>> bySource = new ArrayList<>();
    int tasks = sources.stream().mapToInt(source -> tasks(source.whole().size())).sum();
    for (Source source : sources) {
      bySource.add(tasks(source, MOST_BYTES / tasks));
    }
    List<Future<List<Path>>> results =
        executor.invokeAll(bySource.stream().flatMap(List::stream).toList());
    List<Source> gathered = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < sources.size(); i++) {
      Source source = sources.get(i);
      List<Path> whole = new ArrayList<>();
      for (int task = 0; task < bySource.get(i).size(); task++) {
        whole.addAll(results.get(next++).get());
      }
      gathered.add(new Source(source.keys(), source.schema(), whole, source.partial()));
    }
    return gathered;
  }

  private int tasks(int files) {
    return Math.max(1, Math.min(threads, files / FILES_A_TASK));
  }

  /** Of pieces of a source's files, in their order. */
  private List<Callable<List<Path>>> tasks(Source source, long mostBytes) {
    List<Path> files = source.whole();
    List<Callable<List<Path>>> tasks = new ArrayList<>();
    int pieces = tasks(files.size());
    for (int piece = 0; piece < pieces; piece++) {
      List<Path> part =
          files.subList(
              (int) ((long) files.size() * piece / pieces),
              (int) ((long) files.size() * (piece + 1) / pieces));
      tasks.add(() -> part.size() < FEWEST_FILES ? part : gather(part, source.keys(), mostBytes));
    }
    return tasks;
  }

  private List<Path> gather(List<Path> files, Map<String, String> keys, long mostBytes)
      throws IOException {
    try (SmallFiles small =
        new SmallFiles(disk, scratch.disk(), () -> scratch.newFile(keys), mostBytes)) {
      return small.gather(files);
    }
  }
}
