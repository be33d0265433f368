package io.tandem.relay.transport.http;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.tandem.relay.identity.AgentIdentity;
import io.tandem.relay.identity.AgentTokens;
import io.tandem.relay.identity.Brand;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets anybody be an agent. Exists in the demo only, and says so. */
final class DevTokenEndpoint {
    private static final Logger LOG = LoggerFactory.getLogger(DevTokenEndpoint.class);
    private static final Duration LIFETIME = Duration.ofHours(8);
    private static final int MAX_NAME_LENGTH = 40;

    private final AgentTokens tokens;
    private final Brand brand;

    DevTokenEndpoint(AgentTokens tokens, Brand brand) {
        this.tokens = tokens;
        this.brand = brand;
    }

    void addTo(Routes routes) {
        LOG.warn(
                "demo: POST /agent/dev-token makes anybody an agent of brand {}; never do this in production",
                brand.key());
        routes.add(HttpMethod.POST, "/agent/dev-token", this::issue);
    }

    private CompletionStage<Answer> issue(Call call) throws Problem {
        if (call.foreignOrigin().isPresent()) {
            throw new Problem(ProblemType.ORIGIN_NOT_ALLOWED, "allowed is the demo's own desk");
        }
        AgentCalls.requireJson(call);
        String name = Json.text(call.body().bytes(), "name", List.of()).strip();
        if (name.isEmpty() || name.length() > MAX_NAME_LENGTH) {
            throw new Problem(
                    ProblemType.BAD_BODY,
                    "name has " + name.length() + " characters; allowed are 1 to " + MAX_NAME_LENGTH);
        }
        LOG.warn("demo: a development token was given to whoever asked for it");
        AgentIdentity agent = new AgentIdentity(brand, "dev:" + name.toLowerCase(Locale.ROOT), name);
        String token = tokens.issue(agent, LIFETIME);
        return Answer.json(HttpResponseStatus.OK, json -> json.writeStringField("token", token))
                .now();
    }
}
