package dev.firn.core;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.ForwardingDisk;
import dev.firn.core.lock.LockRegistry;
import java.util.Set;

@AnalyzeClasses(packages = "dev.firn.core", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String DISK = "dev.firn.core.disk";

  /** What opens, lists, moves or removes a file. */
  private static final Set<String> TOUCHES_THE_DISK =
      Set.of(
          "java.nio.file.Files",
          "java.nio.file.FileSystem",
          "java.nio.file.FileSystems",
          "java.nio.file.FileStore",
          "java.nio.file.DirectoryStream",
          "java.nio.file.SecureDirectoryStream",
          "java.nio.channels.FileChannel",
          "java.nio.channels.AsynchronousFileChannel",
          "java.nio.channels.FileLock",
          "java.io.RandomAccessFile");

  private static final DescribedPredicate<JavaClass> DISK_ACCESS =
      describe(
          "touch the disk",
          type ->
              TOUCHES_THE_DISK.contains(type.getName())
                  || type.getName().startsWith("java.io.File")
                  || type.getName().startsWith("org.apache.hadoop.fs."));

  @ArchTest
  static final ArchRule onlyTheDiskPackageTouchesTheDisk =
      noClasses().that(are(resideOutsideOfPackage(DISK))).should().dependOnClassesThat(DISK_ACCESS);

  /** But for a disk that hands the call on. */
  @ArchTest
  static final ArchRule nothingButTheRegistryTakesLocksFromTheDisk =
      noClasses()
          .that()
          .doNotBelongToAnyOf(LockRegistry.class, ForwardingDisk.class)
          .should()
          .callMethodWhere(
              describe(
                  "tryLock of a Disk",
                  (JavaMethodCall call) ->
                      call.getName().equals("tryLock")
                          && call.getTargetOwner().isAssignableTo(Disk.class)));

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("dev.firn.core.(*)..").should().beFreeOfCycles();

  /** The package of the errors is below all others, and the disk below everything. */
  @ArchTest
  static final ArchRule theDiskKnowsNobody =
      classes()
          .that(are(resideInAPackage(DISK)))
          .should()
          .onlyDependOnClassesThat(
              are(resideOutsideOfPackage("dev.firn.core..").or(resideInAPackage(DISK))));

  @ArchTest
  static final ArchRule errorsKnowNobody =
      noClasses()
          .that()
          .resideInAPackage("dev.firn.core")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.firn.core.*..");

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
                          || call.getName().equals("currentTimeMillis")));

  @ArchTest
  static final ArchRule onlyLocksMeasureTime =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.firn.core.lock")
          .should()
          .callMethod(System.class, "nanoTime");

  @ArchTest
  static final ArchRule nothingPrints =
      com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
}
