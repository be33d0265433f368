package io.tandem.relay.transport.http;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** {@code /v1/openapi.json}: what all of this is, for programs and for those who write them. */
final class OpenApi {
    /** Where it is served. */
    static final String PATH = "/v1/openapi.json";

    private static final String RESOURCE = "/openapi.json";

    /** It changes with a release alone. */
    private static final String CACHING = "public, max-age=300";

    private OpenApi() {}

    /** Reads the description; not for an event loop. */
    static void addTo(Routes routes) {
        Answer description = Answer.bytes(HttpResponseStatus.OK, "application/json", read())
                .with("cache-control", CACHING)
                .with("access-control-allow-origin", "*");
        routes.add(HttpMethod.GET, PATH, call -> description.now());
    }

    private static byte[] read() {
        try (InputStream resource = OpenApi.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                throw new IllegalStateException(RESOURCE + " is not on the classpath");
            }
            return resource.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("the relay's own " + RESOURCE, e);
        }
    }
}
