package dev.firn.cli.sql;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Partition keys as the path of a data file tells them: {@code
 * …/<key>=<value>/…/<generation>/data/<file>}. The engine folds what it takes from the path of a
 * file once for all the rows that it reads of it at a time.
 */
final class PathKeys {
  /** Of a file below the directory of its last key: generation, data, file. */
  private static final int NAMES_BELOW = 3;

  private static final Pattern PLAIN = Pattern.compile("\\w+");

  private PathKeys() {}

  /** True if the {@link #expression} of each of the keys gives its value for this file. */
  static boolean tells(Path file, Map<String, String> keys) {
    int name = file.getNameCount() - NAMES_BELOW - keys.size();
    if (name < 0) {
      return false;
    }
    for (Map.Entry<String, String> key : keys.entrySet()) {
      String expected = key.getKey() + "=" + key.getValue();
      if (!PLAIN.matcher(key.getKey()).matches()
          || !file.getName(name++).toString().equals(expected)) {
        return false;
      }
    }
    return true;
  }

  /**
   * The value of a key.
   *
   * @param path column that holds the path of a file
   * @param keys names of all of them, in the order of the directories
   */
  static String expression(String path, List<String> keys, String key) {
    int below = keys.size() - 1 - keys.indexOf(key) + NAMES_BELOW;
    return "regexp_extract(" + path + ", '/" + key + "=([^/]*)" + "/[^/]*".repeat(below) + "$', 1)";
  }
}
