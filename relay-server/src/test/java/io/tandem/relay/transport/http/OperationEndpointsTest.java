package io.tandem.relay.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What monitors are answered, and who makes it. */
class OperationEndpointsTest {
    private final Deque<Runnable> scraper = new ArrayDeque<>();
    private int scrapes;
    private Supplier<String> meters = () -> "scrape " + ++scrapes + "\n";

    private EmbeddedChannel connect() {
        EmbeddedChannel connection = new EmbeddedChannel();
        OperationEndpoints.of(() -> true, () -> meters.get(), scraper::add).addTo(connection.pipeline());
        return connection;
    }

    private static void get(EmbeddedChannel connection) {
        connection.writeInbound(new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/metrics"));
    }

    private static String answered(EmbeddedChannel connection) {
        connection.runPendingTasks();
        FullHttpResponse response = connection.readOutbound();
        if (response == null) {
            return "nothing yet";
        }
        ByteBuf content = response.content();
        String answer = response.status().code() + " "
                + content.toString(StandardCharsets.UTF_8).trim();
        response.release();
        return answer;
    }

    @Test
    void shouldMakeOneScrapeForAllWhoAskMeanwhileAndNoneOnAnEventLoop() {
        OperationEndpoints operations = OperationEndpoints.of(() -> true, () -> meters.get(), scraper::add);
        EmbeddedChannel first = new EmbeddedChannel();
        EmbeddedChannel second = new EmbeddedChannel();
        operations.addTo(first.pipeline());
        operations.addTo(second.pipeline());
        get(first);
        get(second);
        assertThat(scraper).hasSize(1);
        assertThat(scrapes).isZero();
        assertThat(answered(first)).isEqualTo("nothing yet");

        scraper.remove().run();
        assertThat(answered(first)).isEqualTo("200 scrape 1");
        assertThat(answered(second)).isEqualTo("200 scrape 1");
        get(first);
        scraper.remove().run();
        assertThat(answered(first)).isEqualTo("200 scrape 2");
    }

    @Test
    void shouldAnswerAFaultAndGoOn() {
        EmbeddedChannel connection = connect();
        Supplier<String> sound = meters;
        meters = () -> {
            throw new IllegalStateException("a meter's own fault");
        };
        get(connection);
        scraper.remove().run();
        assertThat(answered(connection)).startsWith("500 ");

        meters = sound;
        get(connection);
        scraper.remove().run();
        assertThat(answered(connection)).isEqualTo("200 scrape 1");
    }

    @Test
    void shouldAnswerAlsoWhileItStops() {
        EmbeddedChannel connection = new EmbeddedChannel();
        OperationEndpoints.of(() -> true, () -> meters.get(), task -> {
                    throw new RejectedExecutionException("stopped");
                })
                .addTo(connection.pipeline());
        get(connection);
        assertThat(answered(connection)).startsWith("500 ");
        get(connection);
        assertThat(answered(connection)).startsWith("500 ");
    }
}
