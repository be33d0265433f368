package io.tandem.relay.transport.http;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What balancers and monitors ask. */
final class OperationEndpoints {
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final BooleanSupplier ready;
    private final Supplier<String> scrape;

    OperationEndpoints(BooleanSupplier ready, Supplier<String> scrape) {
        this.ready = ready;
        this.scrape = scrape;
    }

    void addTo(Routes routes) {
        routes.add(
                        HttpMethod.GET,
                        "/healthz",
                        call -> Answer.text(HttpResponseStatus.OK, "ok\n").now())
                .add(HttpMethod.GET, "/readyz", this::readiness)
                .add(HttpMethod.GET, "/metrics", this::metrics);
    }

    private CompletionStage<Answer> readiness(Call call) {
        return (ready.getAsBoolean()
                        ? Answer.text(HttpResponseStatus.OK, "ready\n")
                        : Answer.text(HttpResponseStatus.SERVICE_UNAVAILABLE, "draining\n"))
                .now();
    }

    private CompletionStage<Answer> metrics(Call call) {
        byte[] text = scrape.get().getBytes(StandardCharsets.UTF_8);
        return Answer.bytes(HttpResponseStatus.OK, PROMETHEUS_TEXT, text)
                .with("cache-control", "no-store")
                .now();
    }
}
