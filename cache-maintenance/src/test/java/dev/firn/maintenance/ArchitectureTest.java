package dev.firn.maintenance;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.firn.maintenance.notes.Uptime;
import java.util.Set;

@AnalyzeClasses(
    packages = "dev.firn.maintenance",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  /** What opens, lists, moves or removes a file. */
  private static final Set<String> TOUCHES_THE_DISK =
      Set.of(
          "java.nio.file.Files",
          "java.nio.file.FileSystem",
          "java.nio.file.FileSystems",
          "java.nio.channels.FileChannel",
          "java.io.RandomAccessFile");

  private static final DescribedPredicate<JavaClass> DISK_ACCESS =
      describe(
          "touch the disk",
          type ->
              TOUCHES_THE_DISK.contains(type.getName())
                  || type.getName().startsWith("java.io.File")
                  || type.getName().startsWith("org.apache.hadoop.fs."));

  /** But for the age of the machine, which is no file of a cache. */
  @ArchTest
  static final ArchRule theDiskIsTouchedThroughTheDiskAlone =
      noClasses().that().doNotBelongToAnyOf(Uptime.class).should().dependOnClassesThat(DISK_ACCESS);

  /** Values in, a plan out. */
  @ArchTest
  static final ArchRule planningKnowsNoDiskAndNoClock =
      noClasses()
          .that()
          .resideInAPackage("dev.firn.maintenance.plan")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.firn.core.disk", "dev.firn.core.lock")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.time.InstantSource");

  @ArchTest
  static final ArchRule timeIsPassedIn =
      noClasses()
          .should()
          .dependOnClassesThat()
          .haveNameMatching("java\\.util\\.(Date|Calendar|GregorianCalendar)|java\\.time\\.Clock")
          .orShould()
          .callMethodWhere(
              describe(
                  "a clock",
                  (JavaMethodCall call) ->
                      call.getName().equals("now")
                              && call.getTargetOwner().getPackageName().equals("java.time")
                          || call.getName().equals("currentTimeMillis")
                          || call.getName().equals("nanoTime")));

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("dev.firn.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule nothingPrints =
      com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
}
