package io.tandem.relay.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.relay.identity.Brand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigReloadTest {
    private static final String SHOP = """
            tandem.brands=shop
            tandem.brands.shop.origins=https://shop.example
            tandem.brands.shop.agent-secret=thirty-two bytes or more, of a test alone
            """;
    private static final String TWO = SHOP.replace("=shop\n", "=shop,bank\n") + """
            tandem.brands.bank.origins=https://bank.example
            tandem.brands.bank.agent-secret=thirty-two bytes or more, of a test alone
            """;

    @TempDir
    Path folder;

    private final List<RelayConfig> applied = new ArrayList<>();
    private final List<Boolean> told = new ArrayList<>();
    private int seconds;

    @BeforeEach
    void begin() throws IOException {
        write(SHOP);
    }

    private Path file() {
        return folder.resolve("relay.properties");
    }

    /** As an editor would, a second after the last time. */
    private void write(String text) throws IOException {
        Files.writeString(file(), text);
        seconds++;
        Files.setLastModifiedTime(file(), FileTime.from(Instant.ofEpochSecond(1_800_000_000L + seconds)));
    }

    private ConfigReload reload() {
        return new ConfigReload(Optional.of(file()), Map.of(), applied::add, told::add);
    }

    @Test
    void shouldReadAFileThatChangedAndHasSettled() throws IOException {
        ConfigReload reload = reload();
        reload.look();
        assertThat(applied).isEmpty();
        write(TWO);
        reload.look();
        assertThat(applied).as("it may still be written").isEmpty();
        reload.look();
        assertThat(applied)
                .singleElement()
                .satisfies(read ->
                        assertThat(read.brands().stream().map(Brand::key)).containsExactly("shop", "bank"));
        reload.look();
        assertThat(applied).hasSize(1);
        assertThat(told).containsExactly(true);
    }

    @Test
    void shouldChangeNothingForAFaultyFileUntilItIsMended() throws IOException {
        ConfigReload reload = reload();
        write(TWO.replace("https://bank.example", "bank.example"));
        reload.look();
        reload.look();
        reload.look();
        assertThat(applied).isEmpty();
        assertThat(told).as("said once").containsExactly(false);
        write(TWO);
        reload.look();
        reload.look();
        assertThat(applied).hasSize(1);
    }

    @Test
    void shouldReadAtOnceWhenAsked() throws IOException {
        ConfigReload reload = reload();
        write(TWO);
        reload.readAgain();
        assertThat(applied).hasSize(1);
        reload.look();
        reload.look();
        assertThat(applied).as("it was read already").hasSize(1);
    }

    @Test
    void shouldSayWhatTakesARestart() throws Exception {
        RelayConfig before = RelayConfigReader.read(Optional.of(file()), Map.of());
        write(TWO + "tandem.port=1\ntandem.session.idle-millis=5\ntandem.metering.floor-kbps=700\n");
        RelayConfig after = RelayConfigReader.read(Optional.of(file()), Map.of());
        assertThat(before.differencesFrom(after)).containsExactly("port", "session");
    }

    @Test
    void shouldHaveASignalToBeAskedBy() {
        assertThat(HangupSignal.handle(() -> {})).isTrue();
    }
}
