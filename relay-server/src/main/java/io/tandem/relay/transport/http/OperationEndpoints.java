package io.tandem.relay.transport.http;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What balancers and monitors ask, beside the product's own paths or on a port of their own. Any event loop may call it. */
public final class OperationEndpoints {
    private static final Logger LOG = LoggerFactory.getLogger(OperationEndpoints.class);
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final BooleanSupplier ready;
    private final @Nullable Supplier<String> scrape;

    private OperationEndpoints(BooleanSupplier ready, @Nullable Supplier<String> scrape) {
        this.ready = ready;
        this.scrape = scrape;
    }

    /**
     * Health and meters.
     *
     * @param ready whether new sessions may come to this node
     * @param scrape the meters in Prometheus' text format
     */
    public static OperationEndpoints of(BooleanSupplier ready, Supplier<String> scrape) {
        return new OperationEndpoints(ready, scrape);
    }

    /** Health alone: what a balancer asks where everybody may. */
    public OperationEndpoints withoutMeters() {
        return new OperationEndpoints(ready, null);
    }

    void addTo(Routes routes) {
        routes.add(
                        HttpMethod.GET,
                        "/healthz",
                        call -> Answer.text(HttpResponseStatus.OK, "ok\n").now())
                .add(HttpMethod.GET, "/readyz", call -> readiness().now());
        if (scrape != null) {
            Supplier<String> meters = scrape;
            routes.add(HttpMethod.GET, "/metrics", call -> text(meters).now());
        }
    }

    /** Adds handlers that answer these alone, behind an HTTP codec. */
    public void addTo(ChannelPipeline pipeline) {
        Routes routes = new Routes();
        addTo(routes);
        pipeline.addLast("httpBody", new BoundedBody())
                .addLast("httpExchanges", new HttpExchanges(call -> answer(routes, call)));
    }

    private static CompletionStage<Answer> answer(Routes routes, Call call) {
        try {
            Routes.Match match = routes.find(call.method(), call.path());
            if (match == null) {
                throw new Problem(ProblemType.NOT_FOUND, "allowed here are /healthz, /readyz and /metrics");
            }
            return match.endpoint().answer(call);
        } catch (Problem problem) {
            return problem.answer().now();
        } catch (RuntimeException fault) {
            LOG.error("a call met a fault of the relay's own", fault);
            return new Problem(ProblemType.INTERNAL_ERROR, "the fault is in the relay's log")
                    .answer()
                    .now();
        }
    }

    private Answer readiness() {
        return ready.getAsBoolean()
                ? Answer.text(HttpResponseStatus.OK, "ready\n")
                : Answer.text(HttpResponseStatus.SERVICE_UNAVAILABLE, "draining\n");
    }

    private static Answer text(Supplier<String> meters) {
        byte[] text = meters.get().getBytes(StandardCharsets.UTF_8);
        return Answer.bytes(HttpResponseStatus.OK, PROMETHEUS_TEXT, text).with("cache-control", "no-store");
    }
}
