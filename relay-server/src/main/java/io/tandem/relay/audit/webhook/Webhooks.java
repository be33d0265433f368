package io.tandem.relay.audit.webhook;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.tandem.relay.audit.AuditRecord;
import io.tandem.relay.audit.AuditTarget;
import io.tandem.relay.metering.AuditMeters;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/** Brings each brand its events, on an event loop of its own, which no session lives on. */
public final class Webhooks implements AuditTarget {
    /** How often a stopping node looks whether everything was delivered. */
    private static final long LOOK_MILLIS = 20;

    private static final long LOOP_STOP_MILLIS = 500;

    private final EventLoopGroup loops;
    private final EventLoop loop;
    private final ExecutorService lookups;
    private final InstantSource clock;
    private final AtomicInteger waiting = new AtomicInteger();
    private final Map<String, WebhookQueue> queues = new HashMap<>();

    /**
     * What it lives by.
     *
     * @param lookups threads that look names up; this stops them
     * @param ids gives each request its id
     * @param chance from 0 to below 1
     */
    public record Parts(
            WebhookLimits limits,
            AuditMeters meters,
            ExecutorService lookups,
            Supplier<String> ids,
            InstantSource clock,
            DoubleSupplier chance) {}

    /** Starts its loop. One target for a brand at most. */
    public Webhooks(Collection<WebhookTarget> targets, Parts parts) {
        this(targets, parts, HttpWebhookSender.Resolver.SYSTEM, systemTrust());
    }

    Webhooks(Collection<WebhookTarget> targets, Parts parts, HttpWebhookSender.Resolver resolver, SslContext tls) {
        this.loops = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("webhooks", true), NioIoHandler.newFactory());
        this.loop = loops.next();
        this.lookups = parts.lookups();
        this.clock = parts.clock();
        WebhookSender sender = new HttpWebhookSender(
                loop, lookups, resolver, tls, parts.limits().attemptMillis());
        WebhookQueue.Parts ofQueues = new WebhookQueue.Parts(
                loop, sender, parts.limits(), parts.meters(), waiting, parts.ids(), clock, parts.chance());
        targets.forEach(target -> queues.put(target.brand(), new WebhookQueue(target, ofQueues)));
        parts.meters().measureWaiting(waiting::get, this::oldestMillis);
    }

    /** The certificates that this Java trusts: {@code javax.net.ssl.trustStore} names others. */
    private static SslContext systemTrust() {
        try {
            return SslContextBuilder.forClient().sslProvider(SslProvider.JDK).build();
        } catch (SSLException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }

    private long oldestMillis() {
        long oldest = queues.values().stream()
                .mapToLong(WebhookQueue::oldestMillis)
                .filter(millis -> millis > 0)
                .min()
                .orElse(0);
        return oldest == 0 ? 0 : Math.max(0, clock.millis() - oldest);
    }

    @Override
    public void take(AuditRecord event) {
        WebhookQueue queue = event.brand() == null ? null : queues.get(event.brand());
        if (queue != null) {
            queue.offer(event);
        }
    }

    /** Tries what waits once more, at once, and abandons what is not taken within the time. */
    @Override
    public void close(long withinMillis) {
        try {
            loop.execute(() -> queues.values().forEach(WebhookQueue::hurry));
            awaitDelivery(withinMillis);
            CountDownLatch abandoned = new CountDownLatch(1);
            loop.execute(() -> {
                queues.values().forEach(WebhookQueue::abandon);
                abandoned.countDown();
            });
            abandoned.await(LOOP_STOP_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RejectedExecutionException stopped) {
            // Closed before.
        }
        lookups.shutdownNow();
        loops.shutdownGracefully(0, LOOP_STOP_MILLIS, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }

    private void awaitDelivery(long withinMillis) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(withinMillis);
        while (waiting.get() > 0 && System.nanoTime() < until) {
            Thread.sleep(LOOK_MILLIS);
        }
    }
}
