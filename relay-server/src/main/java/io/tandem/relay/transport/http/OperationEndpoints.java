package io.tandem.relay.transport.http;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
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
    private final @Nullable Scrapes scrapes;

    private OperationEndpoints(BooleanSupplier ready, @Nullable Scrapes scrapes) {
        this.ready = ready;
        this.scrapes = scrapes;
    }

    /**
     * Health and meters.
     *
     * @param ready whether new sessions may come to this node
     * @param scrape the meters in Prometheus' text format
     * @param scraper where {@code scrape} runs, once at a time: it takes as long as there are meters, and no event loop waits for it
     */
    public static OperationEndpoints of(BooleanSupplier ready, Supplier<String> scrape, Executor scraper) {
        return new OperationEndpoints(ready, new Scrapes(scrape, scraper));
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
        if (scrapes != null) {
            Scrapes meters = scrapes;
            routes.add(HttpMethod.GET, "/metrics", call -> meters.next());
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
            return failed(fault).now();
        }
    }

    private static Answer failed(Throwable fault) {
        LOG.error("a call met a fault of the relay's own", fault);
        return new Problem(ProblemType.INTERNAL_ERROR, "the fault is in the relay's log").answer();
    }

    private Answer readiness() {
        return ready.getAsBoolean()
                ? Answer.text(HttpResponseStatus.OK, "ready\n")
                : Answer.text(HttpResponseStatus.SERVICE_UNAVAILABLE, "draining\n");
    }

    /** Who asks while a scrape is being made gets that one: however many ask, one thread is busy with it. */
    private static final class Scrapes {
        private final Supplier<String> scrape;
        private final Executor scraper;
        private final AtomicReference<@Nullable CompletableFuture<Answer>> running = new AtomicReference<>();

        private Scrapes(Supplier<String> scrape, Executor scraper) {
            this.scrape = scrape;
            this.scraper = scraper;
        }

        CompletionStage<Answer> next() {
            CompletableFuture<Answer> mine = new CompletableFuture<>();
            CompletableFuture<Answer> before = running.compareAndExchange(null, mine);
            if (before != null) {
                return before;
            }
            try {
                scraper.execute(() -> give(mine));
            } catch (RejectedExecutionException stopping) {
                running.set(null);
                mine.complete(failed(stopping));
            }
            return mine;
        }

        private void give(CompletableFuture<Answer> wanted) {
            Answer answer;
            try {
                byte[] text = scrape.get().getBytes(StandardCharsets.UTF_8);
                answer = Answer.bytes(HttpResponseStatus.OK, PROMETHEUS_TEXT, text)
                        .with("cache-control", "no-store");
            } catch (RuntimeException | Error fault) {
                answer = failed(fault);
            }
            // Before it is given: who asks from then on gets a newer one.
            running.set(null);
            wanted.complete(answer);
        }
    }
}
