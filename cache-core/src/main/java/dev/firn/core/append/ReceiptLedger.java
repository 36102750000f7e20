package dev.firn.core.append;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskReason;
import dev.firn.core.disk.DurableFiles;
import dev.firn.core.disk.ParquetInput;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.LandedFiles;
import dev.firn.core.layout.LandedName;
import dev.firn.core.layout.Partition;
import dev.firn.core.layout.PartitionFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;

/**
 * The receipts of exchanges whose callers gave them ids, so that a retry is known again. They stand
 * in the footer of the file that landed them; a swap copies those of the last {@link #WINDOW} into
 * {@code receipts-<n>.json} of the new generation, whatever became of their rows. So all that a
 * generation knows is in its receipts files and in the footers of what has landed in it since.
 *
 * <p>A receipts file is written once, durably, into a generation that is being built. Killed before
 * the swap, it goes with the building directory; after it, the new generation has them all. One
 * that cannot be read counts as empty: then a retry lands its rows again, and none is lost.
 */
public final class ReceiptLedger {
  /** How long a retry is known again, unless its caller has asked for less. */
  public static final Duration WINDOW = Duration.ofHours(24);

  private static final String GIVEN = "firn.given";
  private static final String AT = "firn.at";

  /** Beside them, and not in them: earlier versions read no receipt that has more parts. */
  private static final String DIGESTS = "firn.digests";

  private final Disk disk;
  private final Partition partition;
  private final Path building;
  private final Instant now;
  private final Set<LandedName> carried = new HashSet<>();
  private int files;

  /**
   * Carries receipts into a generation that is being built from another one.
   *
   * @param building where
   */
  public ReceiptLedger(Disk disk, Partition partition, Path building, Instant now) {
    this.disk = disk;
    this.partition = partition;
    this.building = building;
    this.now = now;
  }

  /**
   * Writes those that the old generation has by now and had not at the last call. Exact for the
   * holder of the commit lock.
   */
  public void carry(Generation old) throws IOException {
    List<GivenReceipt> receipts = new ArrayList<>();
    if (files == 0 && carried.isEmpty()) {
      receipts.addAll(read(disk, old.directory()));
    }
    for (LandedName name : LandedFiles.list(disk, old.paths())) {
      if (name.mayHaveGivenIds() && carried.add(name)) {
        receipts.addAll(ofLanded(disk, partition, old, name));
      }
    }
    receipts.removeIf(receipt -> !receipt.isInWindow(now));
    if (receipts.isEmpty()) {
      return;
    }
    DurableFiles.create(
        disk, building.resolve(PartitionFiles.receipts(files++)), ReceiptsFile.format(receipts));
  }

  /** What stands in the receipts files of a generation. */
  static List<GivenReceipt> read(Disk disk, Path generation) throws IOException {
    List<GivenReceipt> receipts = new ArrayList<>();
    for (String name : disk.list(generation)) {
      if (!PartitionFiles.isReceipts(name)) {
        continue;
      }
      Path file = generation.resolve(name);
      try {
        receipts.addAll(ReceiptsFile.parse(file, disk.read(file)));
      } catch (Corrupt e) {
        continue;
      }
    }
    return receipts;
  }

  /**
   * What the footer of a landed file says; nothing if it cannot be read.
   *
   * @throws IOException if no more files may be open: tried again, it may be read
   */
  static List<GivenReceipt> ofLanded(
      Disk disk, Partition partition, Generation generation, LandedName name) throws IOException {
    Path path = generation.paths().data().resolve(name.format());
    Map<String, String> properties;
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration()).build();
    try (ParquetFileReader reader = ParquetFileReader.open(new ParquetInput(disk, path), options)) {
      properties = reader.getFileMetaData().getKeyValueMetaData();
    } catch (NoSuchFileException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      if (DiskReason.isOfTooManyFiles(e)) {
        throw new IOException("receipts cannot be read: " + DiskReason.of(e), e);
      }
      return List.of();
    }
    List<GivenReceipt> receipts = new ArrayList<>();
    String[] given = properties.getOrDefault(GIVEN, "").split(",", -1);
    String[] digests = properties.getOrDefault(DIGESTS, "").split(",", -1);
    for (int i = 0; i < given.length; i++) {
      long digest =
          digests.length == given.length ? parseDigest(digests[i]) : GivenReceipt.NO_DIGEST;
      parse(given[i], properties.getOrDefault(AT, "0"), digest)
          .ifPresent(receipt -> receipts.add(receipt.at(generation, partition, name)));
    }
    return receipts;
  }

  static String formatDigest(long digest) {
    return digest == GivenReceipt.NO_DIGEST ? "" : HexFormat.of().toHexDigits(digest);
  }

  /** {@link GivenReceipt#NO_DIGEST} if it is not the text of one. */
  static long parseDigest(String text) {
    try {
      return text.length() == 16 ? HexFormat.fromHexDigitsToLong(text) : GivenReceipt.NO_DIGEST;
    } catch (NumberFormatException e) {
      return GivenReceipt.NO_DIGEST;
    }
  }

  private static Optional<GivenReceipt> parse(String given, String at, long digest) {
    String[] parts = given.split(":", -1);
    if (parts.length < 3 || parts.length > 4) {
      return Optional.empty();
    }
    try {
      int rows = Integer.parseInt(parts[1]);
      long rescued = Long.parseLong(parts[2]);
      long millis = Long.parseLong(at);
      long window = parts.length == 4 ? Long.parseLong(parts[3]) : WINDOW.toSeconds();
      return ExchangeId.parse(parts[0])
          .map(id -> new GivenReceipt(id, rows, rescued, "", millis, window, digest));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** The footer properties of a file that lands these; none if no id was given. */
  static Map<String, String> footer(List<GivenReceipt> given) {
    if (given.isEmpty()) {
      return Map.of();
    }
    StringBuilder text = new StringBuilder();
    StringBuilder digests = new StringBuilder();
    for (GivenReceipt receipt : given) {
      String comma = text.isEmpty() ? "" : ",";
      text.append(comma)
          .append(receipt.id())
          .append(':')
          .append(receipt.rows())
          .append(':')
          .append(receipt.rescuedValues());
      if (receipt.windowSeconds() != WINDOW.toSeconds()) {
        text.append(':').append(receipt.windowSeconds());
      }
      digests.append(comma).append(formatDigest(receipt.digest()));
    }
    Map<String, String> footer = new HashMap<>();
    footer.put(GIVEN, text.toString());
    footer.put(AT, Long.toString(given.get(0).atMillis()));
    footer.put(DIGESTS, digests.toString());
    return footer;
  }
}
