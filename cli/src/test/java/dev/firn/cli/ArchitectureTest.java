package dev.firn.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@AnalyzeClasses(packages = "dev.firn.cli", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("dev.firn.(**)").should().beFreeOfCycles();

  /** The driver is loaded by name, when a query needs it, by a class loader of its own. */
  @ArchTest
  static final ArchRule nobodyKnowsTheEngine =
      noClasses().should().dependOnClassesThat().resideInAPackage("org.duckdb..");

  @ArchTest
  static final ArchRule onlyQueriesSpeakSql =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.firn.cli.duckdb", "dev.firn.cli.sql")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("java.sql..");

  /** A library of HTTP costs every other command its start. */
  @ArchTest
  static final ArchRule onlyTheDaemonSpeaksHttp =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.firn.cli.daemon..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.eclipse.jetty..", "io.prometheus..");

  /** So that what it needs is loaded when the first request of it comes. */
  @ArchTest
  static final ArchRule onlyItsOwnPackageSpeaksOtlp =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.firn.cli.daemon.otlp..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.google.protobuf..", "io.opentelemetry..");

  @Test
  void statusLoadsNothingOfTheEngineOrTheDaemon(@TempDir Path home) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Duser.home=" + home,
                "-Xlog:class+load:stdout",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.firn.cli.Firn",
                "--root",
                home.resolve("cache").toString(),
                "query",
                "status")
            .redirectErrorStream(true)
            .start();
    String loaded = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).isZero();
    assertThat(loaded).contains("dev.firn.cli.query.StatusCommand");
    assertThat(loaded.lines())
        .noneMatch(
            line ->
                line.contains("org.duckdb.")
                    || line.contains("org.eclipse.jetty.")
                    || line.contains("com.google.protobuf.")
                    || line.contains("io.opentelemetry.")
                    || line.contains("dev.firn.cli.daemon.")
                    || line.contains("dev.firn.cli.sql.")
                    || line.contains("dev.firn.cli.duckdb."));
    assertThat(home.resolve(".firn")).doesNotExist();
  }
}
