package dev.firn.core.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.core.disk.LocalDisk;
import dev.firn.core.testing.CacheRows;
import dev.firn.testdata.FieldCaches;
import dev.firn.testdata.RowMeaning;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FieldCacheRowsTest {
  @TempDir Path directory;

  static List<String> names() {
    return FieldCaches.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyLiveRowOfAFieldCacheIsReadWhereverItWasUnpacked(String name) throws Exception {
    Path root = FieldCaches.unpack(name, directory);
    Map<String, List<String>> expected = RowMeaning.parse(FieldCaches.rowLines(name));
    if (name.equals("corrupt-cursor")) {
      expected
          .keySet()
          .removeAll(
              Set.of(
                  "datasets/ai_gateway_messages/source=claude",
                  "datasets/otel_events/source=claude"));
    }

    assertThat(CacheRows.read(new LocalDisk(), root)).isEqualTo(expected);
  }
}
