package io.tombolo.kubernetes;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private final JavaClasses module =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.tombolo.kubernetes");

  @Test
  void it_knows_the_mesh_and_its_own_client_only() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "org.jspecify..",
            "io.tombolo.mesh..",
            "io.tombolo.kubernetes..",
            "io.fabric8..",
            "com.fasterxml.jackson..",
            "org.snakeyaml.engine..")
        .check(module);
  }

  @Test
  void the_conversion_reads_no_clock_no_network_and_no_client() {
    noClasses()
        .that()
        .haveNameMatching(".*\\.(KubernetesWorld|Known\\w+|Endpoints|WrittenIntention|Ref)")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.time..", "java.nio..", "java.util.concurrent..", "io.fabric8.kubernetes.client")
        .check(module);
  }
}
