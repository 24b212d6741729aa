package io.tombolo.directory;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private final JavaClasses module =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.tombolo.directory");

  /// No client of either world: it reads files and leaves their meaning to the two modules.
  @Test
  void it_knows_the_mesh_and_the_conversions_of_both_worlds_only() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "org.jspecify..",
            "io.tombolo.mesh..",
            "io.tombolo.consul..",
            "io.tombolo.kubernetes..",
            "io.fabric8.kubernetes.api.model..",
            "com.fasterxml.jackson.databind..",
            "io.tombolo.directory..")
        .check(module);
  }
}
