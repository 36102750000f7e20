package dev.firn.maintenance.verify;

import dev.firn.core.layout.GenerationName;
import java.nio.file.Path;
import java.util.OptionalLong;

/** What is found in one generation, weighed by what the generation is to its partition. */
final class GenerationFindings {
  static final String RESTORE = "restore it from a backup";

  private final Findings findings;
  private final Role role;
  private final GenerationName name;

  GenerationFindings(Findings findings, Role role, GenerationName name) {
    this.findings = findings;
    this.role = role;
    this.name = name;
  }

  /** Rows of a file that cannot be read, or not trusted; {@code rows} negative if unknown. */
  void lost(Path path, String expected, String found, long rows, String advice) {
    add(Severity.DAMAGE, path, expected, found, rows(rows) + " cannot be read", rows, advice);
  }

  /** Damage to what leads to rows or describes them. */
  void damage(Path path, String expected, String found, String consequence, String advice) {
    add(Severity.DAMAGE, path, expected, found, consequence, -1, advice);
  }

  /** The same where the number of rows concerned is known. */
  void damage(
      Path path, String expected, String found, String consequence, long rows, String advice) {
    add(Severity.DAMAGE, path, expected, found, consequence, rows, advice);
  }

  void warning(Path path, String expected, String found, String consequence, String advice) {
    add(Severity.WARNING, path, expected, found, consequence, 0, advice);
  }

  void note(Path path, String found, String consequence) {
    findings.note(path, found, consequence);
  }

  private void add(
      Severity severity,
      Path path,
      String expected,
      String found,
      String consequence,
      long rows,
      String advice) {
    String means =
        switch (role) {
          case LIVE -> consequence;
          case CANDIDATE -> "if " + name + " is the live generation: " + consequence;
          case SUPERSEDED ->
              "no live row is affected; in " + name + ", which is superseded: " + consequence;
          case UNNAMED -> "no live row is affected: no cursor names " + name;
        };
    OptionalLong affected =
        !role.mayBeLive()
            ? OptionalLong.of(0)
            : rows < 0 ? OptionalLong.empty() : OptionalLong.of(rows);
    findings.add(role.of(severity), path, expected, found, means, advice, affected);
  }

  static String rows(long rows) {
    return rows < 0 ? "an unknown number of rows" : Findings.counted(rows, "row");
  }
}
