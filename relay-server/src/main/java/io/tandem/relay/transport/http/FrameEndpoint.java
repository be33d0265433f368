package io.tandem.relay.transport.http;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.tandem.relay.identity.Brand;
import io.tandem.relay.identity.Brands;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * {@code /v1/brands/BRAND/frames}: whether a document in a frame is mirrored together with the page around it. Both their tags ask, each before it
 * tells the other anything, so that neither takes the other's word for it. Anybody may ask about origins that they can name; none is told.
 */
final class FrameEndpoint {
    private static final String PATH = "/v1/brands/*/frames";

    /** A browser asks once for all frames of a page, and again on the next; a change of the configuration reaches every page that is loaded after this time. */
    private static final String CACHING = "public, max-age=300";

    /** Frames are nested no deeper than this in any page that is mirrored, however deep its frames of one origin are. */
    private static final int MAX_AROUND = 32;

    private final Supplier<Brands> brands;

    FrameEndpoint(Supplier<Brands> brands) {
        this.brands = brands;
    }

    void addTo(Routes routes) {
        routes.add(HttpMethod.GET, PATH, this::answer);
    }

    private CompletionStage<Answer> answer(Call call) throws Problem {
        List<String> frame = call.query().getOrDefault("frame", List.of());
        List<String> around = call.query().getOrDefault("around", List.of());
        if (frame.size() != 1) {
            throw new Problem(ProblemType.BAD_PARAMETER, "frame is there " + frame.size() + " times", List.of("once"));
        }
        if (around.isEmpty() || around.size() > MAX_AROUND) {
            throw new Problem(
                    ProblemType.BAD_PARAMETER,
                    "around is there " + around.size() + " times",
                    List.of("1 to " + MAX_AROUND + " times"));
        }
        Brand brand = brands.get().find(call.parts().get(0));
        boolean mirrored = brand != null && brand.mirrors(frame.get(0), around);
        return Answer.json(HttpResponseStatus.OK, json -> json.writeBooleanField("mirrored", mirrored))
                .with("cache-control", CACHING)
                .with("access-control-allow-origin", "*")
                .now();
    }
}
