package io.tombolo.consul;

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
          .importPackages("io.tombolo.consul");

  @Test
  void it_knows_the_mesh_and_its_own_clients_only() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "javax.net.ssl..",
            "org.jspecify..",
            "io.tombolo.mesh..",
            "io.tombolo.consul..",
            "com.ecwid.consul..",
            "org.apache.http..",
            "io.tombolo.api.consul..",
            "com.google.protobuf..",
            "io.grpc..",
            "io.netty.handler.ssl..",
            "com.fasterxml.jackson..")
        .check(module);
  }

  @Test
  void the_conversion_reads_no_clock_and_no_network() {
    noClasses()
        .that()
        .haveSimpleName("ConsulWorld")
        .or()
        .haveSimpleName("Admission")
        .or()
        .haveSimpleName("ServiceIntentions")
        .or()
        .haveSimpleName("Protocols")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.time..", "java.net.http..", "java.nio..", "org.apache..")
        .check(module);
  }
}
