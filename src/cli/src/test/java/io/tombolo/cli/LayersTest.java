package io.tombolo.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class LayersTest {
  private final JavaClasses ours =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.tombolo.cli");

  @Test
  void the_command_knows_the_control_plane_by_its_ports_only() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.tombolo.server..", "io.tombolo.xds..", "io.quarkus..")
        .check(ours);
  }

  @Test
  void only_what_handles_keys_knows_the_state_directory() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.tombolo.cli.ca..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.tombolo.identity..")
        .check(ours);
  }
}
