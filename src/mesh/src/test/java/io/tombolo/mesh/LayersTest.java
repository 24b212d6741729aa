package io.tombolo.mesh;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;

/// Who may know whom inside the mesh, and what none of it may touch.
class LayersTest {
  private static final JavaClasses MESH =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.tombolo.mesh");

  @Test
  void each_layer_knows_only_those_below_it() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("identity")
        .definedBy("io.tombolo.mesh.identity..")
        .layer("catalog")
        .definedBy("io.tombolo.mesh.catalog..")
        .layer("policy")
        .definedBy("io.tombolo.mesh.policy..")
        .layer("scope")
        .definedBy("io.tombolo.mesh.scope..")
        .layer("traffic")
        .definedBy("io.tombolo.mesh.traffic..")
        .layer("flow")
        .definedBy("io.tombolo.mesh.flow..")
        .whereLayer("identity")
        .mayNotAccessAnyLayer()
        .whereLayer("catalog")
        .mayOnlyAccessLayers("identity")
        .whereLayer("policy")
        .mayOnlyAccessLayers("identity", "catalog")
        .whereLayer("scope")
        .mayOnlyAccessLayers("identity", "catalog", "policy")
        .whereLayer("traffic")
        .mayOnlyAccessLayers("identity", "catalog", "policy")
        .whereLayer("flow")
        .mayOnlyAccessLayers("identity", "catalog", "policy", "scope", "traffic")
        .check(MESH);
  }

  @Test
  void packages_have_no_cycles() {
    slices().matching("io.tombolo.mesh.(*)..").should().beFreeOfCycles().check(MESH);
  }

  @Test
  void the_mesh_knows_only_the_jdk() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "org.jspecify..", "io.tombolo.mesh..")
        .check(MESH);
  }

  @Test
  void the_mesh_touches_no_file_and_no_socket() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.io", "java.nio..", "java.sql..", "java.net.http..")
        .check(MESH);
    noClasses()
        .should()
        .dependOnClassesThat(
            com.tngtech.archunit.base.DescribedPredicate.describe(
                "are in java.net, other than addresses",
                type ->
                    type.getPackageName().equals("java.net")
                        && !type.isAssignableTo(InetAddress.class)))
        .check(MESH);
  }

  @Test
  void addresses_are_literals_and_never_looked_up() {
    noClasses()
        .should()
        .callMethod(InetAddress.class, "getByName", String.class)
        .orShould()
        .callMethod(InetAddress.class, "getAllByName", String.class)
        .orShould()
        .callMethod(InetAddress.class, "getLocalHost")
        .check(MESH);
  }

  @Test
  void the_mesh_reads_no_clock_and_no_surroundings() {
    noClasses()
        .should()
        .callMethod(java.time.Instant.class, "now")
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(System.class, java.time.Clock.class, java.util.Random.class)
        .check(MESH);
  }

  @Test
  void the_mesh_starts_no_thread_and_only_flow_knows_locks() {
    noClasses().should().dependOnClassesThat().belongToAnyOf(Thread.class).check(MESH);
    noClasses()
        .that()
        .resideOutsideOfPackage("io.tombolo.mesh.flow..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.util.concurrent..")
        .check(MESH);
  }
}
