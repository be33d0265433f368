package io.tandem.relay.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BrandReaderTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";

    private final List<String> faults = new ArrayList<>();

    private Optional<Brand> read(String key, Map<String, String> properties) {
        return Optional.ofNullable(
                BrandReader.read(key, name -> Optional.ofNullable(properties.get(name)), faults::add));
    }

    @Test
    void shouldReadABrand() {
        Brand brand = read(
                        "demo",
                        Map.of(
                                "tandem.brands.demo.name", "Demo shop",
                                "tandem.brands.demo.origins", "https://shop.example, http://localhost:8080",
                                "tandem.brands.demo.desk-origins", "https://desk.example",
                                "tandem.brands.demo.frame-origins", "https://pay.example, https://map.example",
                                "tandem.brands.demo.resource-origins", "https://cdn.example",
                                "tandem.brands.demo.agent-secret", SECRET))
                .orElseThrow();
        assertThat(faults).isEmpty();
        assertThat(brand.name()).isEqualTo("Demo shop");
        assertThat(brand.origins()).containsExactlyInAnyOrder("https://shop.example", "http://localhost:8080");
        assertThat(brand.deskOrigins()).containsExactly("https://desk.example");
        assertThat(brand.frameOrigins()).containsExactlyInAnyOrder("https://pay.example", "https://map.example");
        assertThat(brand.resourceOrigins()).containsExactly("https://cdn.example");
        assertThat(brand.mirrorOrigins())
                .containsExactly("https://cdn.example", "https://map.example", "https://pay.example");
        assertThat(brand.resources()).isEqualTo(ResourcePolicy.IMAGES_AND_FONTS);
    }

    @ParameterizedTest
    @EnumSource(ResourcePolicy.class)
    void shouldReadWhatAConsumersBrowserMayHandOut(ResourcePolicy policy) {
        Brand brand = read(
                        "demo",
                        Map.of(
                                "tandem.brands.demo.origins",
                                "https://shop.example",
                                "tandem.brands.demo.resources",
                                policy.wireName(),
                                "tandem.brands.demo.agent-secret",
                                SECRET))
                .orElseThrow();
        assertThat(brand.resources()).isEqualTo(policy);
    }

    @Test
    void shouldNameEveryFaultAtOnce() {
        assertThat(read(
                        "Demo!",
                        Map.of(
                                "tandem.brands.Demo!.origins", "https://shop.example/path",
                                "tandem.brands.Demo!.desk-origins", "*",
                                "tandem.brands.Demo!.resources", "everything",
                                "tandem.brands.Demo!.agent-secret", "short")))
                .isEmpty();
        assertThat(faults)
                .hasSize(6)
                .anyMatch(fault -> fault.contains("the key 'Demo!'"))
                .anyMatch(fault -> fault.contains("tandem.brands.Demo!.origins: 'https://shop.example/path'"))
                .anyMatch(fault -> fault.contains("desk-origins: '*'"))
                .anyMatch(
                        fault -> fault.contains("resources: 'everything'; allowed are none, images, images-and-fonts"))
                .anyMatch(fault -> fault.contains("agent-secret: an agent secret of 5 bytes; allowed are 32"))
                .noneMatch(fault -> fault.contains("short"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "shop.example",
                "ftp://shop.example",
                "https://Shop.example",
                "https://shop.example/",
                "https://shop.example:443",
                "http://shop.example:80",
                "https://*.example",
                "https://user@shop.example",
                "https://shop.example?x",
                "null"
            })
    void shouldRefuseAnOriginThatNoBrowserSends(String origin) {
        assertThat(read(
                        "demo",
                        Map.of("tandem.brands.demo.origins", origin, "tandem.brands.demo.agent-secret", SECRET)))
                .isEmpty();
        assertThat(faults).anyMatch(fault -> fault.startsWith("tandem.brands.demo.origins: '" + origin + "'"));
    }

    @Test
    void shouldNeverPrintASecret() {
        assertThat(AgentSecret.of(SECRET)).hasToString("AgentSecret[hidden]");
    }
}
