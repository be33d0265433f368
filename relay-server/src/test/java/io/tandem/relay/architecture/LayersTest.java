package io.tandem.relay.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Imports point downward only, and siblings never meet. */
class LayersTest {
    private static final JavaClasses RELAY = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.tandem.relay");

    @Test
    void shouldPointDownward() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("bootstrap")
                .definedBy("io.tandem.relay.bootstrap..")
                .layer("transport")
                .definedBy("io.tandem.relay.transport..")
                .layer("carrier")
                .definedBy("io.tandem.relay.carrier..")
                .layer("audit")
                .definedBy("io.tandem.relay.audit..")
                .layer("cluster")
                .definedBy("io.tandem.relay.cluster..")
                .layer("session")
                .definedBy("io.tandem.relay.session..")
                .layer("identity")
                .definedBy("io.tandem.relay.identity..")
                .layer("metering")
                .definedBy("io.tandem.relay.metering..")
                .layer("frame")
                .definedBy("io.tandem.relay.frame..")
                .whereLayer("bootstrap")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("transport")
                .mayOnlyBeAccessedByLayers("bootstrap")
                .whereLayer("carrier")
                .mayOnlyBeAccessedByLayers("bootstrap", "transport")
                .whereLayer("cluster")
                .mayOnlyBeAccessedByLayers("bootstrap")
                .whereLayer("audit")
                .mayOnlyBeAccessedByLayers("bootstrap")
                .whereLayer("session")
                .mayOnlyBeAccessedByLayers("bootstrap", "transport", "cluster", "audit")
                .whereLayer("identity")
                .mayOnlyBeAccessedByLayers("bootstrap", "transport", "cluster", "audit", "session")
                .whereLayer("metering")
                .mayOnlyBeAccessedByLayers("bootstrap", "transport", "cluster", "audit", "session")
                .check(RELAY);
    }

    @Test
    void shouldKeepSiblingsApart() {
        slices().matching("io.tandem.relay.transport.(*)..")
                .should()
                .notDependOnEachOther()
                .check(RELAY);
        slices().matching("io.tandem.relay.cluster.(*)..")
                .should()
                .notDependOnEachOther()
                .allowEmptyShould(true)
                .check(RELAY);
    }

    @Test
    void shouldKnowTheWireFormatWithoutAnythingElseOfTheRelay() {
        noClasses()
                .that()
                .resideInAPackage("io.tandem.relay.frame..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.tandem.relay.session..",
                        "io.tandem.relay.identity..",
                        "io.tandem.relay.metering..",
                        "io.tandem.relay.transport..",
                        "io.tandem.relay.cluster..",
                        "io.tandem.relay.bootstrap..")
                .check(RELAY);
    }

    @Test
    void shouldCallNothingByANameThatSaysNothing() {
        classes()
                .that()
                .resideInAPackage("io.tandem.relay..")
                .should()
                .haveSimpleNameNotEndingWith("Manager")
                .andShould()
                .haveSimpleNameNotEndingWith("Helper")
                .andShould()
                .haveSimpleNameNotEndingWith("Utils")
                .andShould()
                .haveSimpleNameNotEndingWith("Impl")
                .andShould()
                .haveSimpleNameNotStartingWith("Base")
                .andShould()
                .haveSimpleNameNotStartingWith("Common")
                .check(RELAY);
    }
}
