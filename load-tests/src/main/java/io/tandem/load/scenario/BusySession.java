package io.tandem.load.scenario;

import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoopGroup;
import io.tandem.load.peer.Peer;
import io.tandem.load.peer.Received;
import io.tandem.load.peer.RelayRest;
import io.tandem.load.peer.SimulatedAgent;
import io.tandem.load.peer.SimulatedTag;
import io.tandem.load.peer.SocketBuffers;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.session.CarrierKind;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** A pair whose page changes all the time; each change carries the moment when it was sent. Its changes are made on one thread. */
final class BusySession {
    private static final String ID_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final int ID_LENGTH = 26;
    private static final int KEPT_LATENCIES = 1 << 16;

    /**
     * Who goes on and hears nothing for so long opens another channel, as the viewer does (client-js, connection/watch.ts; twice its second, for machines
     * that are busy): its network may have lost what said that the relay gave it up.
     */
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    /**
     * So many changes may be on their way: 1 MiB, four times what the tag ever has. More would only wait in the kernels, and be paid for at the budget's rate
     * before anything fresh is seen.
     */
    private static final int MOST_ON_THEIR_WAY = (1 << 20) / SlowViewers.CHANGE_BYTES;

    private static final byte[] PLACE = {5, (byte) 0x80, 0, (byte) 0x80, 0};

    private final RelayProcess relay;
    private final EventLoopGroup loops;
    private final CarrierKind carrier;
    private final String sessionId;
    private final String grant;
    private final SimulatedTag tag;
    private volatile SimulatedAgent agent;

    /** Whether it is on its way back; told by one thread. */
    private boolean returns;

    private long sentSequence;
    private long sentPointers;

    /** Whether the page changes as fast as the network takes it. */
    private volatile boolean hurries;

    // Guarded by this: written on the agent's event loop, read by whoever measures.
    private long seenSequence;
    private long missing;
    private long seenPointer;
    private long collapsedPointers;
    private long wentOnNanos = Long.MAX_VALUE;
    private long heardNanos;
    private boolean isFresh;
    private boolean cameBack;
    private final long[] latencies = new long[KEPT_LATENCIES];
    private int measured;

    private BusySession(
            RelayProcess relay,
            EventLoopGroup loops,
            CarrierKind carrier,
            String sessionId,
            String grant,
            SimulatedTag tag,
            SimulatedAgent agent) {
        this.relay = relay;
        this.loops = loops;
        this.carrier = carrier;
        this.sessionId = sessionId;
        this.grant = grant;
        this.tag = tag;
        this.agent = agent;
    }

    /** Consumer and agent in an active session. */
    static BusySession open(
            RelayProcess relay, RelayRest rest, EventLoopGroup loops, CarrierKind carrier, SocketBuffers buffers) {
        StringBuilder id = new StringBuilder();
        for (int i = 0; i < ID_LENGTH; i++) {
            id.append(ID_DIGITS.charAt(ThreadLocalRandom.current().nextInt(ID_DIGITS.length())));
        }
        SimulatedTag tag = SimulatedTag.hello(
                Peer.connect(carrier, loops, relay.address(), id.toString(), RelayProcess.ORIGIN, buffers),
                RelayProcess.ORIGIN,
                RelayProcess.BRAND);
        RelayRest.Answer invited = rest.invite(relay.freshToken(), id.toString(), "view-only");
        if (invited.status() != 201) {
            throw new IllegalStateException("not invited: " + invited);
        }
        String grant = invited.json().text("grant");
        SimulatedAgent agent = SimulatedAgent.hello(
                Peer.connect(carrier, loops, relay.address(), id.toString(), null, buffers), grant, true);
        tag.answerInvitation(true);
        agent.awaitActive();
        BusySession session = new BusySession(relay, loops, carrier, id.toString(), grant, tag, agent);
        tag.peer().listen(received -> answerPing(tag, received));
        agent.peer().listen(session::heard);
        return session;
    }

    private static void answerPing(SimulatedTag tag, Received received) {
        if (received.is(FrameType.PING)) {
            tag.peer().send(FrameType.PONG, 0, 0, received.sequence(), received.payload());
        }
    }

    /** One change of the page, or many, each with a move of the pointer; they wait in the page while the network takes no more. */
    void change() {
        int changes = hurries ? SlowViewers.CHANGES_IN_A_HURRY : 1;
        for (int i = 0; i < changes && tag.peer().isWritable() && onTheirWay() < MOST_ON_THEIR_WAY; i++) {
            byte[] change = new byte[SlowViewers.CHANGE_BYTES];
            Unpooled.wrappedBuffer(change).setLong(0, System.nanoTime());
            tag.peer().send(FrameType.MUTATIONS, FrameHeader.NO_FLAGS, tag.epoch(), ++sentSequence, change);
            tag.peer().send(FrameType.CURSOR, FrameHeader.NO_FLAGS, tag.epoch(), ++sentPointers, PLACE);
        }
    }

    private synchronized long onTheirWay() {
        return sentSequence - seenSequence;
    }

    private void heard(Received received) {
        synchronized (this) {
            heardNanos = System.nanoTime();
        }
        if (received.is(FrameType.PING)) {
            agent.peer().send(FrameType.PONG, 0, 0, received.sequence(), received.payload());
        } else if (received.is(FrameType.MUTATIONS)) {
            measure(received, System.nanoTime());
        } else if (received.is(FrameType.CURSOR)) {
            pointed(received.sequence());
        }
    }

    private synchronized void pointed(long sequence) {
        collapsedPointers += sequence - seenPointer - 1;
        seenPointer = sequence;
    }

    private synchronized void measure(Received received, long now) {
        long sent = Unpooled.wrappedBuffer(received.payload()).getLong(0);
        if (measured < KEPT_LATENCIES) {
            latencies[measured++] = now - sent;
        }
        missing += received.sequence() - seenSequence - 1;
        seenSequence = received.sequence();
        isFresh |= sent >= wentOnNanos;
    }

    synchronized long[] takeLatencies() {
        long[] taken = Arrays.copyOf(latencies, measured);
        measured = 0;
        return taken;
    }

    /** Its page changes as fast as it can from now on, and its viewer looks at none of it. */
    void stopReading() {
        hurries = true;
        agent.peer().setReading(false);
    }

    /** Reads again, or comes back if the relay has given it up. */
    void goOn() {
        synchronized (this) {
            wentOnNanos = System.nanoTime();
            heardNanos = wentOnNanos;
        }
        hurries = false;
        agent.peer().setReading(true);
    }

    private void comeBack() {
        SimulatedAgent again = SimulatedAgent.open(carrier, loops, relay.address(), sessionId, null, grant);
        synchronized (this) {
            cameBack = true;
            // What was on its way is the tag's to send again; this tag does not.
            seenSequence = sentSequence;
            seenPointer = sentPointers;
        }
        agent.peer().close();
        agent = again;
        again.peer().listen(this::heard);
    }

    synchronized boolean cameBack() {
        return cameBack;
    }

    synchronized long missing() {
        return cameBack ? 0 : missing;
    }

    /** Moves of the pointer that a later one took the place of, on the way to the viewer that had stopped. */
    synchronized long collapsedPointers() {
        return cameBack ? 0 : collapsedPointers;
    }

    /** Whether the viewer has seen something that its page sent after it went on. */
    synchronized boolean isFresh() {
        return isFresh;
    }

    /** Opens another channel where this viewer was given up, or hears nothing; once, and on one of these threads. */
    void comeBackIfGivenUp(Executor threads) {
        if ((!agent.peer().isOpen() || isSilent()) && !returns) {
            returns = true;
            threads.execute(this::comeBack);
        }
    }

    private synchronized boolean isSilent() {
        return System.nanoTime() - Math.max(wentOnNanos, heardNanos) > SILENCE_NANOS;
    }
}
