package dev.firn.core.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.CacheException.GenerationRemoved;
import dev.firn.core.disk.LocalDisk;
import dev.firn.core.generation.Generation;
import dev.firn.core.generation.TestGenerations;
import dev.firn.core.layout.Partition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.BaseDeleteLoader;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.deletes.EqualityDeleteWriter;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.deletes.PositionDeleteWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.parquet.Parquet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables written with Iceberg's own writers; what is live is what Iceberg's own reader reads. */
class DeletedRowsTest {
  private static final Schema BY_NAME = TestGenerations.SCHEMA.select("name");
  private static final Schema BY_ID = TestGenerations.SCHEMA.select("id");

  /** Says what a damaged file is to say anyway; kept, or the level would be forgotten. */
  private static final Logger ICEBERG = Logger.getLogger(BaseDeleteLoader.class.getName());

  @TempDir Path root;
  private Partition partition;
  private Table table;
  private int files;

  @BeforeEach
  void makeTable() throws IOException {
    makeTable("2");
  }

  private void makeTable(String version) throws IOException {
    makeTable(version, "v" + version);
  }

  @Test
  void aTableWithoutDeletesHasNoDeletedRows() throws IOException {
    append(0, 10);
    assertThat(deleted()).containsExactly(List.of());
    assertReadAsIcebergDoes(10);
  }

  @Test
  void anEmptyTableHasNoRows() throws IOException {
    assertThat(deleted()).isEmpty();
    assertReadAsIcebergDoes(0);
  }

  @Test
  void positionDeletesHideTheRowsTheyName() throws IOException {
    DataFile first = append(0, 10);
    DataFile second = append(10, 20);
    commit(positionDeletes(first, 0, 3, 9), positionDeletes(second, 5));
    assertThat(deleted()).containsExactlyInAnyOrder(List.of(0L, 3L, 9L), List.of(5L));
    assertReadAsIcebergDoes(16);
  }

  @Test
  void aPositionDeletedTwiceIsOneRow() throws IOException {
    DataFile file = append(0, 10);
    commit(positionDeletes(file, 1, 2));
    commit(positionDeletes(file, 2, 3));
    assertThat(deleted()).containsExactly(List.of(1L, 2L, 3L));
    assertReadAsIcebergDoes(7);
  }

  @Test
  void positionsPastTheEndOfTheFileAreNoRows() throws IOException {
    DataFile file = append(0, 10);
    commit(positionDeletes(file, 2, 10, 1_000_000));
    assertThat(deleted()).containsExactly(List.of(2L));
    assertReadAsIcebergDoes(9);
  }

  @Test
  void equalityDeletesHideRowsOfOlderFilesOnly() throws IOException {
    append(0, 10);
    commit(equalityDeletes(BY_ID, id(3), id(12)));
    append(0, 15);
    assertThat(deleted()).containsExactlyInAnyOrder(List.of(3L), List.of());
    assertReadAsIcebergDoes(24);
    commit(equalityDeletes(BY_ID, id(14)));
    assertThat(deleted()).containsExactlyInAnyOrder(List.of(3L), List.of(14L));
    assertReadAsIcebergDoes(23);
  }

  @Test
  void equalityDeletesByAnotherColumnAndByNullHideAllRowsTheyEqual() throws IOException {
    append(0, 20);
    commit(equalityDeletes(BY_NAME, name("name-1"), name(null)));
    List<Long> expected =
        LongStream.range(0, 20).filter(id -> id % 3 == 0 || id % 5 == 1).boxed().toList();
    assertThat(deleted()).containsExactly(expected);
    assertReadAsIcebergDoes(20 - expected.size());
  }

  @Test
  void bothKindsTogetherHideTheUnion() throws IOException {
    DataFile file = append(0, 20);
    commit(positionDeletes(file, 0, 3, 19), equalityDeletes(BY_ID, id(3), id(4)));
    assertThat(deleted()).containsExactly(List.of(0L, 3L, 4L, 19L));
    assertReadAsIcebergDoes(16);
  }

  @Test
  void aFileWithoutAnyLiveRowIsAllDeleted() throws IOException {
    DataFile file = append(0, 5);
    commit(positionDeletes(file, 0, 1, 2), equalityDeletes(BY_ID, id(3), id(4)));
    assertThat(deleted()).containsExactly(List.of(0L, 1L, 2L, 3L, 4L));
    assertReadAsIcebergDoes(0);
  }

  @Test
  void rowsBehindTheFirstRowGroupKeepTheirPositions() throws IOException {
    DataFile file = append(0, 60_000);
    commit(positionDeletes(file, 40_000), equalityDeletes(BY_ID, id(59_999), id(30_001)));
    assertThat(deleted()).containsExactly(List.of(30_001L, 40_000L, 59_999L));
    assertReadAsIcebergDoes(59_997);
  }

  @Test
  void deletionVectorsHideTheRowsTheyName() throws IOException {
    makeTable("3");
    DataFile first = append(0, 10);
    append(10, 20);
    commit(deletionVector(first, 0, 9));
    assertThat(deleted()).containsExactlyInAnyOrder(List.of(0L, 9L), List.of());
    assertReadAsIcebergDoes(18);
  }

  @Test
  void deletionVectorsAndEqualityDeletesTogetherHideTheUnion() throws IOException {
    makeTable("3");
    DataFile first = append(0, 10);
    commit(deletionVector(first, 0, 9), equalityDeletes(BY_ID, id(5), id(9)));
    assertThat(deleted()).containsExactly(List.of(0L, 5L, 9L));
    assertReadAsIcebergDoes(7);
  }

  @Test
  void randomHistoriesReadAsIcebergReadsThem() throws IOException {
    for (long seed = 1; seed <= 4; seed++) {
      Random random = new Random(seed);
      makeTable("2", "seed-" + seed);
      List<DataFile> live = new ArrayList<>();
      for (int step = 0; step < 8; step++) {
        switch (live.isEmpty() ? 0 : random.nextInt(3)) {
          case 0 -> {
            long from = random.nextInt(30);
            live.add(append(from, from + 1 + random.nextInt(30)));
          }
          case 1 -> {
            DataFile file = live.get(random.nextInt(live.size()));
            commit(
                positionDeletes(
                    file, random.longs(5, 0, file.recordCount()).sorted().distinct().toArray()));
          }
          default ->
              commit(
                  random.nextBoolean()
                      ? equalityDeletes(BY_ID, id(random.nextInt(60)), id(random.nextInt(60)))
                      : equalityDeletes(BY_NAME, name("name-" + random.nextInt(7))));
        }
      }
      long rows = expectedIds().size();
      assertReadAsIcebergDoes(rows);
    }
  }

  @Test
  void aProjectionWithoutTheColumnsOfTheDeletesHidesTheSameRows() throws IOException {
    append(0, 20);
    commit(equalityDeletes(BY_NAME, name("name-1")));
    List<Long> ids = new ArrayList<>();
    new RowReader(new LocalDisk(), load())
        .forEach(BY_ID, row -> ids.add((Long) row.get(0, Object.class)));
    Collections.sort(ids);
    assertThat(ids).isEqualTo(expectedIds());
  }

  @Test
  void readingStopsWhenTheSinkHasEnough() throws IOException {
    append(0, 10);
    append(10, 20);
    List<Object> seen = new ArrayList<>();
    boolean finished =
        new RowReader(new LocalDisk(), load())
            .forEach(
                BY_ID,
                row -> {
                  seen.add(row.get(0, Object.class));
                  return seen.size() < 12;
                });
    assertThat(finished).isFalse();
    assertThat(seen).hasSize(12);
  }

  @Test
  void whatTheSinkThrowsIsNotTakenForDamage() throws IOException {
    append(0, 10);
    RowReader reader = new RowReader(new LocalDisk(), load());
    assertThatThrownBy(
            () ->
                reader.forEach(
                    BY_ID,
                    row -> {
                      throw new IOException("Broken pipe");
                    }))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("Broken pipe");
    assertThatThrownBy(
            () ->
                reader.forEach(
                    BY_ID,
                    row -> {
                      throw new UncheckedIOException(new IOException("Broken pipe"));
                    }))
        .isExactlyInstanceOf(UncheckedIOException.class);
  }

  @Test
  void missingOrTornDeleteFilesAreDamageAndNeverRowsThatComeBack() throws IOException {
    ICEBERG.setLevel(Level.OFF);
    DataFile file = append(0, 10);
    commit(positionDeletes(file, 1, 2));
    Path deletes = load().io().resolve(deleteFiles().get(0).location());
    byte[] whole = Files.readAllBytes(deletes);
    Files.write(deletes, java.util.Arrays.copyOf(whole, whole.length / 2));
    assertDamaged();
    Files.delete(deletes);
    assertDamaged();
  }

  @Test
  void tornDataFilesAreDamage() throws IOException {
    DataFile file = append(0, 10);
    Path data = load().io().resolve(file.location());
    byte[] whole = Files.readAllBytes(data);
    for (int length : new int[] {0, 4, whole.length / 2, whole.length - 1}) {
      Files.write(data, java.util.Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> ids(load()))
          .isInstanceOf(Corrupt.class)
          .hasMessageContaining(data.toString());
    }
    Files.delete(data);
    assertThatThrownBy(() -> ids(load())).isInstanceOf(Corrupt.class);
  }

  @Test
  void aGenerationRemovedUnderAReaderIsNamed() throws IOException {
    append(0, 10);
    Generation generation = load();
    Files.move(generation.directory(), partition.directory().resolve(".removing-x"));
    assertThatThrownBy(() -> ids(generation)).isInstanceOf(GenerationRemoved.class);
  }

  @Test
  void aGenerationStaysReadableAsItWasLoaded() throws IOException {
    append(0, 10);
    Generation before = load();
    append(10, 20);
    assertThat(ids(before)).hasSize(10);
    assertThat(ids(load())).hasSize(20);
  }

  private void assertDamaged() {
    assertThatThrownBy(() -> ids(load())).isInstanceOf(Corrupt.class);
    assertThatThrownBy(this::deleted).isInstanceOf(Corrupt.class);
  }

  /** All of it: rows, positions and counts agree with Iceberg's reader. */
  private void assertReadAsIcebergDoes(long rows) throws IOException {
    List<Long> expected = expectedIds();
    assertThat(expected).hasSize((int) rows);
    Generation generation = load();
    assertThat(ids(generation)).isEqualTo(expected);
    long live = 0;
    DeletedRows deletes = new DeletedRows(generation);
    for (FileScanTask file : generation.liveFiles()) {
      live += deletes.liveRows(file);
    }
    assertThat(live).isEqualTo(rows);
    long hidden = deleted().stream().mapToLong(List::size).sum();
    long all = generation.liveFiles().stream().mapToLong(f -> f.file().recordCount()).sum();
    assertThat(all - hidden).isEqualTo(rows);
  }

  private List<Long> expectedIds() throws IOException {
    List<Long> ids = new ArrayList<>();
    try (CloseableIterable<Record> rows = IcebergGenerics.read(load().table()).build()) {
      rows.forEach(row -> ids.add((Long) row.getField("id")));
    }
    Collections.sort(ids);
    return ids;
  }

  private static List<Long> ids(Generation generation) throws IOException {
    List<Long> ids = new ArrayList<>();
    new RowReader(new LocalDisk(), generation)
        .forEach(TestGenerations.SCHEMA, row -> ids.add((Long) row.getField("id")));
    Collections.sort(ids);
    return ids;
  }

  /** Positions of each data file, sorted; each given once. */
  private List<List<Long>> deleted() throws IOException {
    Generation generation = load();
    List<List<Long>> all = new ArrayList<>();
    for (FileScanTask file : generation.liveFiles()) {
      List<Long> positions = new ArrayList<>();
      new DeletedRows(generation).forEach(file, positions::add);
      assertThat(new TreeSet<>(positions)).hasSameSizeAs(positions);
      Collections.sort(positions);
      all.add(positions);
    }
    return all;
  }

  private List<DeleteFile> deleteFiles() throws IOException {
    return load().liveFiles().stream().flatMap(f -> f.deletes().stream()).toList();
  }

  private void makeTable(String version, String directory) throws IOException {
    partition = TestGenerations.partition(root.resolve(directory));
    table = TestGenerations.create(partition, "table-7", TestGenerations.SCHEMA, version).table();
  }

  private DataFile append(long from, long to) throws IOException {
    return TestGenerations.append(table, files++ + ".parquet", TestGenerations.rows(from, to));
  }

  private void commit(DeleteFile... deletes) {
    RowDelta delta = table.newRowDelta();
    Stream.of(deletes).forEach(delta::addDeletes);
    delta.commit();
  }

  private DeleteFile positionDeletes(DataFile file, long... positions) throws IOException {
    PositionDeleteWriter<Record> writer =
        Parquet.writeDeletes(
                table
                    .io()
                    .newOutputFile(table.location() + "/data/" + files++ + "-deletes.parquet"))
            .createWriterFunc(GenericParquetWriter::create)
            .withSpec(PartitionSpec.unpartitioned())
            .buildPositionWriter();
    try (writer) {
      for (long position : positions) {
        writer.write(PositionDelete.<Record>create().set(file.location(), position));
      }
    }
    return writer.toDeleteFile();
  }

  private DeleteFile equalityDeletes(Schema columns, Record... values) throws IOException {
    EqualityDeleteWriter<Record> writer =
        Parquet.writeDeletes(
                table
                    .io()
                    .newOutputFile(table.location() + "/data/" + files++ + "-equality.parquet"))
            .createWriterFunc(GenericParquetWriter::create)
            .withSpec(PartitionSpec.unpartitioned())
            .rowSchema(columns)
            .equalityFieldIds(columns.columns().stream().mapToInt(c -> c.fieldId()).toArray())
            .buildEqualityWriter();
    try (writer) {
      Stream.of(values).forEach(writer::write);
    }
    return writer.toDeleteFile();
  }

  private DeleteFile deletionVector(DataFile file, long... positions) throws IOException {
    BaseDVFileWriter writer =
        new BaseDVFileWriter(
            OutputFileFactory.builderFor(table, 1, files++).format(FileFormat.PUFFIN).build(),
            path -> null);
    try (writer) {
      for (long position : positions) {
        writer.delete(file.location(), position, PartitionSpec.unpartitioned(), null);
      }
    }
    return writer.result().deleteFiles().get(0);
  }

  private static Record id(long id) {
    Record row = GenericRecord.create(BY_ID);
    row.setField("id", id);
    return row;
  }

  private static Record name(String name) {
    Record row = GenericRecord.create(BY_NAME);
    row.setField("name", name);
    return row;
  }

  private Generation load() throws IOException {
    return Generation.load(
        new LocalDisk(),
        partition.generation(TestGenerations.name("table-7")),
        TestGenerations.name("table-7"));
  }
}
