package io.tandem.relay.transport.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.tandem.relay.identity.AgentAct;
import io.tandem.relay.identity.AgentIdentity;
import io.tandem.relay.identity.AgentRole;
import io.tandem.relay.identity.AgentTokens;
import io.tandem.relay.identity.Brands;
import io.tandem.relay.identity.InvalidToken;
import io.tandem.relay.identity.TokensUnavailable;
import io.tandem.relay.session.AuditRefusal;
import io.tandem.relay.session.AuditSink;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Who calls the REST interface, what they may ask there, and from which origins a browser may. */
final class AgentCalls {
    private static final String SCHEME = "bearer ";
    private static final String PREFLIGHT_SECONDS = "600";
    private static final String JSON = "application/json";

    private final Supplier<Brands> brands;
    private final AgentTokens tokens;
    private final AuditSink audit;

    AgentCalls(Supplier<Brands> brands, AgentTokens tokens, AuditSink audit) {
        this.brands = brands;
        this.tokens = tokens;
        this.audit = audit;
    }

    /** Answers the calls of agents and supervisors at one path. Called on any thread, which it must not block. */
    interface AgentEndpoint {
        CompletionStage<Answer> answer(AgentIdentity agent, Call call) throws Problem;
    }

    /** An endpoint for those whose token says that they may do this, from a desk of their own brand. */
    Endpoint only(AgentAct act, AgentEndpoint endpoint) {
        return call -> tokens.verify(token(call))
                .thenCompose(agent -> {
                    try {
                        requireAllowed(agent, act, call);
                        return endpoint.answer(agent, call);
                    } catch (Problem problem) {
                        return problem.answer().now();
                    }
                })
                .exceptionallyCompose(this::notVerified);
    }

    private String token(Call call) throws Problem {
        List<String> headers = call.headers().getAll(HttpHeaderNames.AUTHORIZATION);
        if (headers.size() != 1 || !headers.get(0).toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
            audit.refused(null, AuditRefusal.TOKEN);
            throw new Problem(ProblemType.NOT_AUTHENTICATED, "no token; required is Authorization: Bearer <JWT>, once");
        }
        return headers.get(0).substring(SCHEME.length()).strip();
    }

    private void requireAllowed(AgentIdentity agent, AgentAct act, Call call) throws Problem {
        String origin = call.foreignOrigin().orElse(null);
        if (origin != null && !agent.brand().deskOrigins().contains(origin)) {
            audit.refused(agent.brand().key(), AuditRefusal.DESK_ORIGIN);
            throw new Problem(
                    ProblemType.ORIGIN_NOT_ALLOWED, "the origin is not one of the desks of the agent's brand");
        }
        if (!act.isFor(agent.role())) {
            throw new Problem(
                    ProblemType.NOT_FOR_THIS_ROLE,
                    "the role " + agent.role().wireName() + " may not " + act.label(),
                    Arrays.stream(AgentRole.values())
                            .filter(act::isFor)
                            .map(AgentRole::wireName)
                            .toList());
        }
    }

    private CompletionStage<Answer> notVerified(Throwable fault) {
        Throwable cause = fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault;
        if (cause instanceof InvalidToken invalid) {
            audit.refused(null, AuditRefusal.TOKEN);
            // RFC 6750, section 3.1.
            return new Problem(ProblemType.NOT_AUTHENTICATED, String.valueOf(invalid.getMessage()))
                    .answer()
                    .with("www-authenticate", "Bearer error=\"invalid_token\"")
                    .now();
        }
        if (cause instanceof TokensUnavailable unavailable) {
            return new Problem(ProblemType.UNAVAILABLE, String.valueOf(unavailable.getMessage()))
                    .answer()
                    .now();
        }
        return CompletableFuture.failedFuture(cause);
    }

    /** Refuses a body that a form or a script without a preflight could have sent. */
    static void requireJson(Call call) throws Problem {
        String type = call.headers().get(HttpHeaderNames.CONTENT_TYPE);
        if (type == null
                || !type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals(JSON)) {
            throw new Problem(ProblemType.UNSUPPORTED_MEDIA_TYPE, "the body's media type", List.of(JSON));
        }
    }

    /** Lets a browser on a desk's origin read the answer. */
    Answer readable(Call call, Answer answer) {
        String origin = call.foreignOrigin().orElse(null);
        Answer varied = answer.with("vary", "Origin");
        return origin == null || !brands.get().isDeskOrigin(origin)
                ? varied
                : varied.with("access-control-allow-origin", origin)
                        .with("access-control-expose-headers", "retry-after");
    }

    static boolean isPreflight(Call call) {
        return call.method().equals(HttpMethod.OPTIONS)
                && call.headers().contains(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD);
    }

    /** What a browser asks before it sends a call from another origin. */
    Answer preflight(Call call, List<String> methods) throws Problem {
        String origin = call.foreignOrigin().orElse(null);
        if (origin != null && !brands.get().isDeskOrigin(origin)) {
            throw new Problem(ProblemType.ORIGIN_NOT_ALLOWED, "the origin is not one of any brand's desks");
        }
        return Answer.empty(HttpResponseStatus.NO_CONTENT)
                .with("access-control-allow-methods", String.join(", ", methods))
                .with("access-control-allow-headers", "authorization, content-type")
                .with("access-control-max-age", PREFLIGHT_SECONDS);
    }
}
