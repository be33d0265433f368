package io.tandem.relay.transport.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.tandem.relay.identity.AgentIdentity;
import io.tandem.relay.identity.AgentTokens;
import io.tandem.relay.identity.Brands;
import io.tandem.relay.identity.InvalidToken;
import java.util.List;
import java.util.Locale;

/** Who calls the REST interface, and from which origins a browser may. */
final class AgentCalls {
    private static final String SCHEME = "bearer ";
    private static final String PREFLIGHT_SECONDS = "600";
    private static final String JSON = "application/json";

    private final Brands brands;
    private final AgentTokens tokens;

    AgentCalls(Brands brands, AgentTokens tokens) {
        this.brands = brands;
        this.tokens = tokens;
    }

    /** The agent whose token the call bears, from a desk of the agent's own brand. */
    AgentIdentity agent(Call call) throws Problem {
        String header = call.headers().get(HttpHeaderNames.AUTHORIZATION);
        if (header == null || !header.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
            throw new Problem(ProblemType.NOT_AUTHENTICATED, "no token; required is Authorization: Bearer <JWT>");
        }
        try {
            AgentIdentity agent =
                    tokens.verify(header.substring(SCHEME.length()).strip());
            String origin = call.foreignOrigin().orElse(null);
            if (origin != null && !agent.brand().deskOrigins().contains(origin)) {
                throw new Problem(
                        ProblemType.ORIGIN_NOT_ALLOWED, "the origin is not one of the desks of the agent's brand");
            }
            return agent;
        } catch (InvalidToken invalid) {
            throw new Problem(ProblemType.NOT_AUTHENTICATED, String.valueOf(invalid.getMessage()));
        }
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
        return origin == null || !brands.isDeskOrigin(origin)
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
        if (origin != null && !brands.isDeskOrigin(origin)) {
            throw new Problem(ProblemType.ORIGIN_NOT_ALLOWED, "the origin is not one of any brand's desks");
        }
        return Answer.empty(HttpResponseStatus.NO_CONTENT)
                .with("access-control-allow-methods", String.join(", ", methods))
                .with("access-control-allow-headers", "authorization, content-type")
                .with("access-control-max-age", PREFLIGHT_SECONDS);
    }
}
