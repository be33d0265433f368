package io.tandem.relay.audit.webhook;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import io.tandem.relay.audit.webhook.WebhookAttempt.Outcome;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * One connection for each attempt, to an address that was looked at before: the name is not looked up again in between, so it cannot lead elsewhere. Answers
 * are read up to a bound, redirects are answers like others.
 */
final class HttpWebhookSender implements WebhookSender {
    /** Looks a name up. May block. */
    interface Resolver {
        List<InetAddress> lookUp(String host) throws UnknownHostException;

        /** The machine's own way: hosts file, DNS, whatever is configured. */
        Resolver SYSTEM = host -> Arrays.asList(InetAddress.getAllByName(host));
    }

    private final EventLoop loop;
    private final Executor lookups;
    private final Resolver resolver;
    private final SslContext tls;
    private final long attemptMillis;

    /**
     * Sends on this loop.
     *
     * @param lookups where names are looked up, which may take as long as a name server likes
     * @param tls whom to trust
     * @param attemptMillis for one attempt
     */
    HttpWebhookSender(EventLoop loop, Executor lookups, Resolver resolver, SslContext tls, long attemptMillis) {
        this.loop = loop;
        this.lookups = lookups;
        this.resolver = resolver;
        this.tls = tls;
        this.attemptMillis = attemptMillis;
    }

    @Override
    public CompletionStage<WebhookAttempt> post(WebhookTarget target, Map<String, String> headers, byte[] body) {
        WebhookExchange exchange = new WebhookExchange();
        exchange.giveUpWith(loop.schedule(() -> exchange.end(Outcome.TIMEOUT), attemptMillis, TimeUnit.MILLISECONDS));
        FullHttpRequest request = request(target, headers, body);
        try {
            lookups.execute(() -> lookUp(target, request, exchange));
        } catch (RejectedExecutionException stopping) {
            exchange.end(Outcome.UNREACHABLE);
        }
        return exchange.ended();
    }

    private static FullHttpRequest request(WebhookTarget target, Map<String, String> headers, byte[] body) {
        FullHttpRequest request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, HttpMethod.POST, target.pathAndQuery(), Unpooled.wrappedBuffer(body));
        headers.forEach(request.headers()::set);
        request.headers()
                .set(HttpHeaderNames.HOST, target.authority())
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        return request;
    }

    private void lookUp(WebhookTarget target, FullHttpRequest request, WebhookExchange exchange) {
        try {
            InetAddress found = resolver.lookUp(target.host()).stream()
                    .filter(address -> Addresses.allowed(target, address))
                    .findFirst()
                    .orElse(null);
            loop.execute(() -> {
                if (found == null) {
                    exchange.end(Outcome.ADDRESS);
                } else {
                    connect(target, found, request, exchange);
                }
            });
        } catch (UnknownHostException unknown) {
            loop.execute(() -> exchange.end(Outcome.ADDRESS));
        }
    }

    private void connect(WebhookTarget target, InetAddress address, FullHttpRequest request, WebhookExchange exchange) {
        if (exchange.isOver()) {
            return;
        }
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.min(Integer.MAX_VALUE, attemptMillis))
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        addHandlers(channel, target, request, exchange);
                    }
                });
        bootstrap.connect(new InetSocketAddress(address, target.port())).addListener(done -> {
            if (!done.isSuccess()) {
                exchange.end(Outcome.UNREACHABLE);
            }
        });
    }

    private void addHandlers(Channel channel, WebhookTarget target, FullHttpRequest request, WebhookExchange exchange) {
        if (target.isTls()) {
            // By name: what the certificate must be for, and what a server of many names is asked for.
            channel.pipeline().addLast(tls.newHandler(channel.alloc(), target.host(), target.port()));
        }
        HttpDecoderConfig decoder = new HttpDecoderConfig()
                .setMaxInitialLineLength(WebhookLimits.ANSWER_LINE_BYTES)
                .setMaxHeaderSize(WebhookLimits.ANSWER_HEADER_BYTES);
        channel.pipeline()
                .addLast(new HttpClientCodec(
                        decoder,
                        HttpClientCodec.DEFAULT_PARSE_HTTP_AFTER_CONNECT_REQUEST,
                        HttpClientCodec.DEFAULT_FAIL_ON_MISSING_RESPONSE))
                .addLast(exchange.handler(request));
    }
}
