package io.tandem.relay.metering;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.Lane;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/**
 * The relay's meters. Every tag's values are known at start, so cardinality is bounded by construction, and nothing of a session,
 * an agent or a page can become a label.
 */
public final class RelayMeters {
    private static final double NANOS_PER_SECOND = 1e9;

    private final List<LaneCounters> loops = new CopyOnWriteArrayList<>();
    private final Map<String, AtomicInteger> sessions = new HashMap<>();
    private final Map<String, Counter> refusals = new HashMap<>();
    private final Map<CloseCode, Counter> closes = new HashMap<>();
    private final Map<String, AtomicInteger> channels = new HashMap<>();
    private final MeterRegistry registry;
    private final Counter turnedAway;

    /** Registers every meter there will be. */
    public RelayMeters(
            MeterRegistry registry,
            Collection<String> sessionStates,
            Collection<String> refusalReasons,
            Collection<String> carriers) {
        this.registry = registry;
        this.turnedAway = Counter.builder("tandem.turned.away")
                .description("Requests for a channel of a new session that the node had no room for: answered 503")
                .register(registry);
        for (String state : sessionStates) {
            AtomicInteger count = new AtomicInteger();
            sessions.put(state, count);
            Gauge.builder("tandem.sessions", count, AtomicInteger::get)
                    .description("Sessions of this node by state")
                    .tag("state", state)
                    .register(registry);
        }
        for (String carrier : carriers) {
            AtomicInteger count = new AtomicInteger();
            channels.put(carrier, count);
            Gauge.builder("tandem.channels", count, AtomicInteger::get)
                    .description("Open channels by what they ride on")
                    .tag("carrier", carrier)
                    .register(registry);
        }
        for (String reason : refusalReasons) {
            refusals.put(
                    reason,
                    Counter.builder("tandem.refusals")
                            .description("Frames refused while their channel stayed open")
                            .tag("reason", reason)
                            .register(registry));
        }
        for (CloseCode code : CloseCode.values()) {
            closes.put(
                    code,
                    Counter.builder("tandem.closes")
                            .description("Channels that the relay closed, by code")
                            .tag("code", Integer.toString(code.code()))
                            .register(registry));
        }
        registerCarried(registry);
        for (Direction direction : Direction.values()) {
            for (Lane lane : Lane.values()) {
                registerLane(registry, direction, lane);
            }
        }
    }

    private void registerCarried(MeterRegistry registry) {
        FunctionCounter.builder(
                        "tandem.carried.bytes",
                        loops,
                        all -> all.stream()
                                .mapToLong(LaneCounters::carriedBytes)
                                .sum())
                .description("Bytes that carriers of open channels took from the network: what budgets count")
                .tag("direction", "up")
                .baseUnit("bytes")
                .register(registry);
    }

    private void registerLane(MeterRegistry registry, Direction direction, Lane lane) {
        laneCounter(registry, "tandem.frames", direction, lane, counters -> counters.frames(direction, lane));
        laneCounter(registry, "tandem.bytes", direction, lane, counters -> counters.bytes(direction, lane));
    }

    private void laneCounter(
            MeterRegistry registry, String name, Direction direction, Lane lane, ToLongFunction<LaneCounters> cell) {
        FunctionCounter.builder(name, loops, all -> all.stream().mapToLong(cell).sum())
                .description("Frames of the wire protocol, headers included")
                .tag("direction", direction.name().toLowerCase(Locale.ROOT))
                .tag("lane", lane.name().toLowerCase(Locale.ROOT))
                .register(registry);
    }

    /** New counters for an event loop, summed into the meters. */
    public LaneCounters countersOfALoop() {
        LaneCounters counters = new LaneCounters();
        loops.add(counters);
        return counters;
    }

    /** Who asks is told the loops' own figures; both are asked on any thread. */
    public void measureLoops(LongSupplier lagNanos, LongSupplier loopsBehind) {
        Gauge.builder("tandem.loop.lag", lagNanos, lag -> lag.getAsLong() / NANOS_PER_SECOND)
                .description("By how much the latest of the event loops is behind")
                .baseUnit("seconds")
                .strongReference(true)
                .register(registry);
        Gauge.builder("tandem.loops.behind", loopsBehind, LongSupplier::getAsLong)
                .description("Event loops that take no new sessions, for they are behind with what they have")
                .strongReference(true)
                .register(registry);
    }

    /** Somebody who wanted a new session was turned away. Any thread may say so. */
    public void turnedAway() {
        turnedAway.increment();
    }

    /** A session came to this state. */
    public void sessionEntered(String state) {
        counter(sessions, state).incrementAndGet();
    }

    /** A session left this state. */
    public void sessionLeft(String state) {
        counter(sessions, state).decrementAndGet();
    }

    /** A carrier brought a channel. */
    public void channelOpened(String carrier) {
        counter(channels, carrier).incrementAndGet();
    }

    /** A channel's carrier is gone. */
    public void channelClosed(String carrier) {
        counter(channels, carrier).decrementAndGet();
    }

    /** A frame was refused. */
    public void refused(String reason) {
        counter(refusals, reason).increment();
    }

    /** The relay closed a channel. */
    public void closed(CloseCode code) {
        counter(closes, code).increment();
    }

    private static <K, V> V counter(Map<K, V> all, K key) {
        V found = all.get(key);
        if (found == null) {
            throw new IllegalArgumentException(key + " was not named at start; known are " + all.keySet());
        }
        return found;
    }
}
