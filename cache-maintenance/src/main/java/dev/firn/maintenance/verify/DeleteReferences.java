package dev.firn.maintenance.verify;

import dev.firn.core.CacheException.Corrupt;
import dev.firn.core.generation.GenerationPaths;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.util.ContentFileUtil;
import org.jspecify.annotations.Nullable;

/**
 * Which data file each delete file of a snapshot is for. Engines compare locations as text: a
 * delete that spells its data file in another way does not apply, and rows come back.
 */
final class DeleteReferences {
  private final GenerationPaths paths;
  private final Map<String, Path> byLocation = new HashMap<>();
  private final List<DeleteFile> deletes = new ArrayList<>();

  DeleteReferences(GenerationPaths paths) {
    this.paths = paths;
  }

  void add(ContentFile<?> file) {
    if (file.content() == FileContent.DATA) {
      @Nullable Path path = resolve(file.location());
      if (path != null) {
        byLocation.put(file.location(), path);
      }
    } else if (file instanceof DeleteFile delete
        && file.content() == FileContent.POSITION_DELETES) {
      deletes.add(delete);
    }
  }

  void check(GenerationFindings findings) {
    for (DeleteFile delete : deletes) {
      @Nullable CharSequence reference = ContentFileUtil.referencedDataFile(delete);
      @Nullable Path path = resolve(delete.location());
      if (reference == null || path == null || byLocation.containsKey(reference.toString())) {
        continue;
      }
      @Nullable Path target = resolve(reference.toString());
      if (target != null && byLocation.containsValue(target)) {
        findings.damage(
            path,
            "its data file as the snapshot spells it",
            reference.toString(),
            "the deletes do not apply: "
                + GenerationFindings.rows(delete.recordCount())
                + " that were deleted come back",
            delete.recordCount(),
            GenerationFindings.RESTORE + ": a manifest is damaged");
      } else if (delete.format() == FileFormat.PUFFIN) {
        findings.warning(
            path,
            "a data file of the snapshot as what its vector applies to",
            reference.toString(),
            "if that file was not removed, rows that were deleted come back",
            "compare with a backup of the manifest");
      }
    }
  }

  private @Nullable Path resolve(String location) {
    try {
      return paths.resolve(location);
    } catch (Corrupt e) {
      return null;
    }
  }
}
