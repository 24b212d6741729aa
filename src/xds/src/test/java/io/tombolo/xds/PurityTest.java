package io.tombolo.xds;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/// What this module knows, and what it never touches.
class PurityTest {
  private static final JavaClasses XDS =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.tombolo.xds");

  @Test
  void translation_knows_nothing_of_snapshots_and_snapshots_nothing_of_delivery() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("translate")
        .definedBy("io.tombolo.xds.translate..")
        .layer("snapshot")
        .definedBy("io.tombolo.xds.snapshot..")
        .layer("delivery")
        .definedBy("io.tombolo.xds.delivery..")
        .whereLayer("translate")
        .mayNotAccessAnyLayer()
        .whereLayer("snapshot")
        .mayOnlyAccessLayers("translate")
        .whereLayer("delivery")
        .mayOnlyAccessLayers("snapshot")
        .check(XDS);
  }

  @Test
  void it_knows_the_mesh_and_envoys_messages_only() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "org.jspecify..",
            "com.google.protobuf..",
            "com.google.rpc..",
            "com.google.api.expr..",
            "com.github.xds..",
            "io.envoyproxy..",
            "io.tombolo.mesh..",
            "io.tombolo.xds..")
        .check(XDS);
    noClasses().should().dependOnClassesThat().haveSimpleNameEndingWith("ServiceGrpc").check(XDS);
  }

  @Test
  void it_has_no_clock_no_thread_no_file_and_no_log() {
    noClasses()
        .should()
        .callMethod(java.time.Instant.class, "now")
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(System.class, Thread.class, java.time.Clock.class, java.util.Random.class)
        .orShould()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.util.concurrent..", "java.util.logging..", "java.nio.file..", "java.net.http..")
        .check(XDS);
  }
}
