package dev.firn.smoke.flow;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.testdata.GoldenCaches;
import dev.firn.testdata.RowMeaning;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Somebody installs a new version over a cache that an old one wrote. */
final class OldFormatOpens {
  static final Flow FLOW =
      new Flow(
          "old_format_opens",
          "A cache of each format version that Firn has ever written is read, appended to, maintained"
              + " and verified; what was held or unpublished then is brought in.",
          OldFormatOpens::run);

  private OldFormatOpens() {}

  private static void run(Stage stage) throws IOException {
    for (String name : GoldenCaches.names()) {
      Path root = GoldenCaches.unpack(name, stage.nothing());
      Map<String, List<String>> truth = RowMeaning.parse(GoldenCaches.rowLines(name));
      TreeSet<String> datasets = new TreeSet<>();
      for (JsonNode partition : stage.status(root).values()) {
        stage.same("the state of a partition", partition.path("state").asText(), "live");
        datasets.add(partition.path("dataset").asText());
      }
      stage.firn(root, "query", "maintain", "--force").exits(0);
      stage.same("the rows of " + name + " after a pass", rows(stage, root, datasets), truth);

      String dataset = datasets.first();
      stage.pipe(List.of("{\"n\":77}"), root, "append", dataset, "--source", "new").exits(0);
      List<String> lines = rows(stage, root, datasets).get(partition(dataset));
      stage.same("rows appended to " + name, lines == null ? 0 : lines.size(), 1);
      stage.firn(root, "query", "verify", "--full").exits(0);
    }
  }

  private static String partition(String dataset) {
    return "datasets/" + dataset + "/source=new";
  }

  private static Map<String, List<String>> rows(Stage stage, Path root, TreeSet<String> datasets)
      throws IOException {
    List<String> lines = new ArrayList<>();
    for (String dataset : datasets) {
      lines.addAll(stage.firn(root, "query", "rows", dataset, "--with-partition").exits(0).out());
    }
    return new TreeMap<>(RowMeaning.parse(lines));
  }
}
