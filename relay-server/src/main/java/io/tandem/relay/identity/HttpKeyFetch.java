package io.tandem.relay.identity;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Fetches over HTTPS with the JDK's client and the certificates that the JDK trusts. Follows no redirect: the configuration says where keys are. */
public final class HttpKeyFetch implements KeyFetch {
    private static final Duration CONNECT = Duration.ofSeconds(5);

    /** From the first byte asked to the last that came. */
    private static final long WHOLE_MILLIS = 10_000;

    private static final int OK = 200;

    private final HttpClient client;
    private final long wholeMillis;

    /** Works on this executor, not on event loops. */
    public HttpKeyFetch(Executor executor) {
        this(executor, WHOLE_MILLIS);
    }

    HttpKeyFetch(Executor executor, long wholeMillis) {
        this.client = HttpClient.newBuilder()
                .connectTimeout(CONNECT)
                .executor(executor)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        this.wholeMillis = wholeMillis;
    }

    @Override
    public CompletionStage<byte[]> fetch(URI url) {
        HttpRequest request = HttpRequest.newBuilder(url)
                .timeout(Duration.ofMillis(wholeMillis))
                .header("accept", "application/jwk-set+json, application/json")
                .GET()
                .build();
        CompletableFuture<HttpResponse<byte[]>> sent = client.sendAsync(request, head -> new Bounded());
        return sent.copy().orTimeout(wholeMillis, TimeUnit.MILLISECONDS).handle((response, fault) -> {
            if (fault != null) {
                // A body that drips in would be waited for by nobody.
                sent.cancel(true);
                throw new CompletionException(new BadKeySet(reason(fault)));
            }
            if (response.statusCode() != OK) {
                throw new CompletionException(
                        new BadKeySet("answered " + response.statusCode() + "; required is " + OK));
            }
            return response.body();
        });
    }

    private String reason(Throwable fault) {
        Throwable cause = fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault;
        if (cause instanceof BadKeySet bad) {
            return String.valueOf(bad.getMessage());
        }
        boolean late = cause instanceof TimeoutException || cause instanceof java.net.http.HttpTimeoutException;
        return late
                ? "no answer within " + wholeMillis + " ms"
                : cause.getClass().getSimpleName();
    }

    /** A body of {@link KeySet#MAX_BYTES} at most. */
    private static final class Bounded implements HttpResponse.BodySubscriber<byte[]> {
        private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
        private final ByteArrayOutputStream came = new ByteArrayOutputStream();
        private Flow.@Nullable Subscription subscription;

        @Override
        public CompletionStage<byte[]> getBody() {
            return whole;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> parts) {
            for (ByteBuffer part : parts) {
                if (came.size() + part.remaining() > KeySet.MAX_BYTES) {
                    if (subscription != null) {
                        subscription.cancel();
                    }
                    whole.completeExceptionally(
                            new BadKeySet("more than the " + KeySet.MAX_BYTES + " bytes that are allowed"));
                    return;
                }
                byte[] bytes = new byte[part.remaining()];
                part.get(bytes);
                came.writeBytes(bytes);
            }
        }

        @Override
        public void onError(Throwable fault) {
            whole.completeExceptionally(fault);
        }

        @Override
        public void onComplete() {
            whole.complete(came.toByteArray());
        }
    }
}
