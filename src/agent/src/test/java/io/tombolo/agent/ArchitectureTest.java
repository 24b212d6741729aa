package io.tombolo.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  @Test
  void it_knows_the_mesh_the_contract_envoys_protos_and_no_framework() {
    var module =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.tombolo.agent");
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "javax.net.ssl..",
            "javax.crypto..",
            "javax.security.auth.x500..",
            "org.jspecify..",
            "io.tombolo.agent..",
            "io.tombolo.api..",
            "io.tombolo.mesh..",
            "io.envoyproxy..",
            "io.grpc..",
            "io.netty..",
            "com.google.gson..",
            "com.google.protobuf..",
            "com.google.rpc..",
            "com.nimbusds.jose..",
            "org.bouncycastle..")
        .check(module);
  }
}
