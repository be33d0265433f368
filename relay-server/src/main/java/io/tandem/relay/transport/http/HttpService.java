package io.tandem.relay.transport.http;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.concurrent.Ticker;
import io.tandem.relay.identity.AgentTokens;
import io.tandem.relay.identity.Brand;
import io.tandem.relay.identity.Brands;
import io.tandem.relay.session.Sessions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything that the relay answers over plain HTTP. One for all connections; any event loop may call it. */
public final class HttpService {
    private static final Logger LOG = LoggerFactory.getLogger(HttpService.class);
    private static final String CLIENT_FOLDER = "client";
    private static final String REST = "/v1/";

    /**
     * What it needs from the relay.
     *
     * @param brands those that are served at each moment
     * @param operations what balancers and monitors may ask here
     * @param ticker the one that sessions wait by
     */
    public record Parts(
            Sessions sessions,
            Supplier<Brands> brands,
            AgentTokens tokens,
            OperationEndpoints operations,
            Ticker ticker) {}

    /**
     * What the demo adds.
     *
     * @param brand whose agents anybody may be
     * @param site a folder of pages to serve with the tag in them, or null
     * @param blocking where that folder is read
     */
    public record Demo(Brand brand, @Nullable Path site, Executor blocking) {}

    private final Routes routes = new Routes();
    private final AgentCalls agents;
    private final StaticFiles files;
    private final @Nullable SiteFolder site;

    /** Serves what every relay serves, and the demo if there is one. Reads the client's files; not for an event loop. */
    public HttpService(Parts parts, @Nullable Demo demo) {
        this(parts, demo, ClasspathFolder.load(HttpService.class.getClassLoader(), CLIENT_FOLDER));
    }

    HttpService(Parts parts, @Nullable Demo demo, Map<String, StaticFile> client) {
        agents = new AgentCalls(parts.brands(), parts.tokens(), parts.sessions().audit());
        new SessionEndpoints(parts.sessions(), agents, parts.ticker()).addTo(routes);
        new FrameEndpoint(parts.brands()).addTo(routes);
        parts.operations().addTo(routes);
        OpenApi.addTo(routes);
        files = new StaticFiles(client, demo != null);
        if (demo != null) {
            new DevTokenEndpoint(parts.tokens(), demo.brand()).addTo(routes);
        }
        site = demo == null || demo.site() == null
                ? null
                : new SiteFolder(demo.site(), demo.brand().key(), demo.blocking());
    }

    /** What it answers besides files. */
    Routes routes() {
        return routes;
    }

    /** Adds the handlers that answer requests, behind an HTTP codec. */
    public void addTo(ChannelPipeline pipeline) {
        pipeline.addLast("httpBody", new BoundedBody()).addLast("httpExchanges", new HttpExchanges(this::answer));
    }

    /** Answers a call; never fails. */
    CompletionStage<Answer> answer(Call call) {
        CompletionStage<Answer> answer;
        try {
            answer = dispatch(call);
        } catch (Problem problem) {
            answer = problem.answer().now();
        } catch (RuntimeException fault) {
            answer = failed(fault).now();
        }
        CompletionStage<Answer> safe = answer.exceptionally(HttpService::failed);
        return call.path().startsWith(REST) ? safe.thenApply(given -> agents.readable(call, given)) : safe;
    }

    static Answer failed(Throwable fault) {
        Throwable cause = fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault;
        if (cause instanceof RejectedExecutionException) {
            return new Problem(ProblemType.UNAVAILABLE, "the node stops; another may be asked at once").answer();
        }
        LOG.error("a call met a fault of the relay's own", cause);
        return new Problem(ProblemType.INTERNAL_ERROR, "the fault is in the relay's log").answer();
    }

    private CompletionStage<Answer> dispatch(Call call) throws Problem {
        List<String> methods = routes.methods(call.path());
        if (AgentCalls.isPreflight(call) && call.path().startsWith(REST) && !methods.isEmpty()) {
            return agents.preflight(call, methods).now();
        }
        Routes.Match match = routes.find(call.method(), call.path());
        if (match != null) {
            return match.endpoint().answer(call.withParts(match.parts()));
        }
        return file(call);
    }

    private CompletionStage<Answer> file(Call call) throws Problem {
        Answer file = files.find(call);
        boolean ofSite = site != null && (call.path() + "/").startsWith(SiteFolder.PATH);
        if (file == null && !ofSite) {
            throw new Problem(ProblemType.NOT_FOUND, "no resource of the relay has this path");
        }
        if (!call.method().equals(HttpMethod.GET) && !call.isHead()) {
            throw new Problem(ProblemType.METHOD_NOT_ALLOWED, call.method() + " of a file", List.of("GET", "HEAD"));
        }
        if (file != null) {
            return file.now();
        }
        if (site == null || !call.path().startsWith(SiteFolder.PATH)) {
            return Answer.redirect(SiteFolder.PATH).now();
        }
        return site.answer(call);
    }
}
