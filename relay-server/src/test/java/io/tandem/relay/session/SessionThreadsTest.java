package io.tandem.relay.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Ticker;
import io.tandem.relay.cluster.local.LocalSessionDirectory;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.identity.Brands;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.identity.RefusalReason;
import io.tandem.relay.identity.Secrets;
import io.tandem.relay.identity.SessionState;
import io.tandem.relay.metering.Budgets;
import io.tandem.relay.metering.RelayMeters;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Carriers on event loops of their own, the session on another: order, threads and ownership hold all the same. */
class SessionThreadsTest {
    private static final int FRAMES = 2_000;

    private final DefaultEventExecutorGroup carriers = new DefaultEventExecutorGroup(2);
    private final DefaultEventExecutorGroup loops = new DefaultEventExecutorGroup(2);
    private final RelayMeters meters = new RelayMeters(
            new SimpleMeterRegistry(),
            Arrays.stream(SessionState.values()).map(SessionState::wireName).toList(),
            Arrays.stream(RefusalReason.values()).map(RefusalReason::wireName).toList(),
            CarrierKind.labels());
    private final SessionLoops sessionLoops = new SessionLoops(loops, meters);
    private final Sessions sessions = new Sessions(
            new SessionServices(
                    "node-1",
                    new Brands(List.of(SessionWorld.BRAND)),
                    new LocalSessionDirectory(Ticker.systemTicker()),
                    new Secrets(new SecureRandom()),
                    meters,
                    Ticker.systemTicker(),
                    SessionLimits.DEFAULTS,
                    Budgets.DEFAULTS),
            sessionLoops);

    /** Keeps what it is given, and on which thread's word. */
    private final class Carrier implements Outlet {
        private final EventExecutor executor = carriers.next();
        private final List<String> control = new CopyOnWriteArrayList<>();
        private final List<Long> pages = new CopyOnWriteArrayList<>();
        private final List<Boolean> onSessionLoop = new CopyOnWriteArrayList<>();
        private final ChannelIngress ingress = sessions.open(
                new ChannelRequest(
                        SessionWorld.SESSION,
                        CarrierKind.WEBSOCKET,
                        SessionWorld.ORIGIN,
                        InetSocketAddress.createUnresolved("client", 1)),
                this);

        void send(ByteBuf frame) {
            executor.execute(() -> ingress.onFrame(frame));
        }

        @Override
        public void write(ByteBuf frame) {
            onSessionLoop.add(sessionLoops.executor(SessionWorld.SESSION).inEventLoop());
            if (FrameHeader.typeCode(frame) == FrameType.MUTATIONS.code()) {
                pages.add(FrameHeader.sequence(frame));
            } else {
                control.add(FrameHeader.payload(frame).toString(StandardCharsets.UTF_8));
            }
            frame.release();
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public void setReading(boolean on) {}

        @Override
        public void close(CloseCode code, String reason) {}

        @Override
        public EventExecutor executor() {
            return executor;
        }
    }

    @AfterEach
    void stop() {
        carriers.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void shouldKeepOrderAndThreadAcrossLoops() {
        Carrier consumer = new Carrier();
        consumer.send(RecordingOutlet.control(
                FrameType.HELLO,
                1,
                "{\"protocol\":[1,1],\"role\":\"consumer\",\"client\":\"t\",\"brand\":\"demo\",\"lz4\":true}"));
        await().until(() ->
                !sessions.list(SessionWorld.BRAND, SessionState.WAITING).isEmpty());
        InviteOutcome outcome = sessions.invite(SessionWorld.ADA, SessionWorld.SESSION, Mode.SHARED)
                .toCompletableFuture()
                .join();
        InviteOutcome.Invited invited = (InviteOutcome.Invited) outcome;
        Carrier agent = new Carrier();
        agent.send(RecordingOutlet.control(
                FrameType.HELLO,
                1,
                "{\"protocol\":[1,1],\"role\":\"agent\",\"client\":\"t\",\"grant\":\"" + invited.grant()
                        + "\",\"lz4\":true}"));
        await().until(() -> !agent.control.isEmpty());
        consumer.send(RecordingOutlet.control(
                FrameType.INVITATION_ANSWER,
                2,
                "{\"invitation\":\"" + invited.invitation().id() + "\",\"accept\":true}"));
        await().until(() ->
                !sessions.list(SessionWorld.BRAND, SessionState.ACTIVE).isEmpty());
        ByteBuf last = RecordingOutlet.frame(FrameType.MUTATIONS, 0, 1, FRAMES, new byte[10]);
        for (int i = 1; i < FRAMES; i++) {
            consumer.send(RecordingOutlet.frame(FrameType.MUTATIONS, 0, 1, i, new byte[10]));
        }
        consumer.send(last);
        await().until(() -> agent.pages.size() == FRAMES);
        assertThat(agent.pages).isSorted().doesNotHaveDuplicates();
        assertThat(agent.onSessionLoop).doesNotContain(false);
        assertThat(consumer.onSessionLoop).doesNotContain(false);
        await().until(() -> last.refCnt() == 0);
    }
}
