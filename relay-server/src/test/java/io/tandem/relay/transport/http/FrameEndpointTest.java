package io.tandem.relay.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameEndpointTest {
    private static final String PATH = "/v1/brands/demo/frames?";

    private final HttpWorld world = new HttpWorld(false, null);

    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource({
        "a page of the brand frames one that is mirrored, frame=https://pay.example&around=https://shop.example, true",
        "one that is mirrored frames another, "
                + "frame=https://pay.example&around=https://pay.example&around=https://shop.example, true",
        "a page of the brand that is not to be mirrored in frames, "
                + "frame=https://shop.example&around=https://shop.example, false",
        "somebody else frames it, frame=https://pay.example&around=https://evil.example, false",
        "somebody else frames the page around it, "
                + "frame=https://pay.example&around=https://shop.example&around=https://evil.example, false",
        "a document without an origin, frame=null&around=https://shop.example, false",
        "a page without an origin around it, frame=https://pay.example&around=null, false",
        "an origin in another spelling, frame=https://PAY.example&around=https://shop.example, false",
    })
    void shouldSayWhetherADocumentIsMirroredInAFrame(String what, String query, boolean mirrored) {
        HttpWorld.Reply reply = world.get(PATH + query);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body()).as(what).isEqualTo("{\"mirrored\":" + mirrored + "}");
    }

    @Test
    void shouldBeReadableFromAnywhereAndAskedRarely() {
        HttpWorld.Reply reply = world.get(
                PATH + "frame=https://pay.example&around=https://shop.example", "Origin: https://pay.example\r\n");
        assertThat(reply.header("access-control-allow-origin")).isEqualTo("*");
        assertThat(reply.header("cache-control")).isEqualTo("public, max-age=300");
    }

    @Test
    void shouldSayNothingOfABrandThatIsNotHere() {
        HttpWorld.Reply reply =
                world.get("/v1/brands/nobody/frames?frame=https://pay.example&around=https://shop.example");
        assertThat(reply.body()).isEqualTo("{\"mirrored\":false}");
    }

    @ParameterizedTest
    @CsvSource({
        "around=https://shop.example",
        "frame=https://pay.example",
        "frame=https://pay.example&frame=https://pay.example&around=https://shop.example",
    })
    void shouldRefuseAnIncompleteQuestion(String query) {
        HttpWorld.Reply reply = world.get(PATH + query);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.problem()).isEqualTo("bad-parameter");
    }

    @Test
    void shouldRefuseMoreOriginsThanAPageHas() {
        HttpWorld.Reply reply =
                world.get(PATH + "frame=https://pay.example" + "&around=https://shop.example".repeat(33));
        assertThat(reply.status()).isEqualTo(400);
    }
}
