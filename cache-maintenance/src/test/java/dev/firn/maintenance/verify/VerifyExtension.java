package dev.firn.maintenance.verify;

import dev.firn.core.disk.LocalDisk;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;

/** See {@link VerifiedAtTheEnd}. Of many caches the first and the last few are checked. */
final class VerifyExtension implements AfterEachCallback {
  private static final int DEPTH = 3;
  private static final int AT_EACH_END = 3;

  /** A cache of the field that comes damaged. */
  private static final String DAMAGED = "corrupt-cursor";

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    if (context.getExecutionException().isPresent()
        || context.getRequiredTestMethod().isAnnotationPresent(DamagesCaches.class)) {
      return;
    }
    Object test = context.getRequiredTestInstance();
    for (Class<?> type = test.getClass(); type != null; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (field.isAnnotationPresent(TempDir.class)) {
          field.setAccessible(true);
          verify((Path) field.get(test));
        }
      }
    }
  }

  private static void verify(Path directory) throws IOException {
    List<Path> caches = new ArrayList<>();
    try (Stream<Path> paths = Files.find(directory, DEPTH, (p, a) -> p.endsWith("datasets"))) {
      paths
          .map(Path::getParent)
          .filter(cache -> !cache.endsWith(DAMAGED))
          .sorted()
          .forEach(caches::add);
    }
    for (int i = 0; i < caches.size(); i++) {
      if (i < AT_EACH_END || i >= caches.size() - AT_EACH_END) {
        List<String> trouble = Verifies.trouble(Verifies.quick(new LocalDisk(), caches.get(i)));
        if (!trouble.isEmpty()) {
          throw new AssertionError(
              caches.get(i) + ", when the test had ended:\n" + String.join("\n", trouble));
        }
      }
    }
  }
}
