package io.tandem.load.engine;

import io.tandem.load.peer.JsonMembers;
import io.tandem.relay.identity.AgentIdentity;
import io.tandem.relay.identity.AgentTokens;
import io.tandem.relay.identity.Brand;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** The brand's agents, each of whom invites one session's consumer over REST. Any thread may call it; nothing blocks. */
public final class Desk {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration TOKEN_LIFE = Duration.ofHours(2);
    private static final int CREATED = 201;

    private final URI root;
    private final Brand brand;
    private final AgentTokens tokens;
    private final HttpClient http;
    private final AtomicInteger agents = new AtomicInteger();

    /** Tells this desk's agents from an earlier run's, who may still be engaged. */
    private final String names =
            "load-" + Long.toString(ThreadLocalRandom.current().nextLong(Long.MAX_VALUE), Character.MAX_RADIX) + "-";

    /** Of this brand, whose secret signs the tokens of its agents. */
    public Desk(InetSocketAddress relay, Brand brand, AgentTokens tokens, Executor executor) {
        this.root = URI.create("http://" + relay.getHostString() + ":" + relay.getPort());
        this.brand = brand;
        this.tokens = tokens;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .executor(executor)
                .build();
    }

    /** Has an agent of their own invite the session's consumer; completes with the agent's grant. */
    public CompletableFuture<String> invite(String sessionId, String mode) {
        String name = names + agents.incrementAndGet();
        HttpRequest request = HttpRequest.newBuilder(root.resolve("/v1/sessions/" + sessionId + "/invitations"))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + tokens.issue(new AgentIdentity(brand, name, name), TOKEN_LIFE))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"mode\":\"" + mode + "\"}"))
                .build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString()).thenApply(response -> {
            if (response.statusCode() != CREATED) {
                throw new IllegalStateException("an invitation was answered " + response.statusCode());
            }
            return JsonMembers.parse(response.body()).text("grant");
        });
    }
}
