package io.tandem.relay.metering;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.Lane;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The relay's meters. Every tag's values are known at start, so cardinality is bounded by construction, and nothing of a session,
 * an agent or a page can become a label. What happens for every frame is counted on event loops without a lock ({@link LaneCounters}) and summed
 * when somebody asks; all else here happens rarely.
 */
public final class RelayMeters {
    /** The tag of a session that has no mode yet. */
    public static final String NO_MODE = "none";

    private static final double NANOS_PER_SECOND = 1e9;

    private static final double PERCENT = 100;

    /** Of a budget's rate; above 100 is what a burst allows, or what a client owes. */
    private static final double[] BUDGET_PERCENTS = {1, 5, 10, 25, 50, 75, 90, 100, 150, 200, 500};

    /** Around the floor (750) and the recommended rate (1500), down to what no page lives on. */
    private static final double[] LINK_KBPS = {100, 250, 500, 750, 1000, 1500, 3000, 6000, 10_000, 30_000};

    /** From what nobody notices to what everybody does. */
    private static final Duration[] LOOP_DELAYS = Arrays.stream(new long[] {1, 2, 5, 10, 25, 50, 100, 250, 500, 1000})
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final List<LaneCounters> loops = new CopyOnWriteArrayList<>();
    private final Map<String, Map<String, AtomicInteger>> sessions = new HashMap<>();
    private final Map<String, Counter> refusals;
    private final Map<CloseCode, Counter> closes = new EnumMap<>(CloseCode.class);
    private final Map<String, AtomicInteger> channels = new HashMap<>();
    private final Map<String, Counter> turnedAway;
    private final Map<String, Counter> held;
    private final Map<LinkQuality, DistributionSummary> links = new EnumMap<>(LinkQuality.class);
    private final DistributionSummary budgetUse;
    private final Counter keyframesAsked;
    private final Counter keysHad;
    private final Counter keysMissed;
    private final Counter configurationsTaken;
    private final Counter configurationsRefused;
    private final Timer loopDelay;
    private final CarrierMeters carriers;
    private final MeterRegistry registry;

    /**
     * The values of every tag.
     *
     * @param modes besides {@link #NO_MODE}
     * @param refusalReasons why a frame is refused
     * @param roomReasons why somebody new is turned away
     * @param holdReasons why a client is not read from
     */
    public record TagValues(
            Collection<String> sessionStates,
            Collection<String> modes,
            Collection<String> refusalReasons,
            Collection<String> carriers,
            Collection<String> roomReasons,
            Collection<String> holdReasons) {}

    /** Registers every meter there will be. */
    public RelayMeters(MeterRegistry registry, TagValues values) {
        this.registry = registry;
        this.carriers = new CarrierMeters(registry);
        values.sessionStates().forEach(state -> registerSessions(state, values.modes()));
        values.carriers().forEach(this::registerChannels);
        this.refusals = counters(
                "tandem.refusals",
                "Frames refused while their channel stayed open",
                "refusals",
                values.refusalReasons());
        this.turnedAway = counters(
                "tandem.turned.away",
                "Who came for a new session and was turned away: answered 503, or closed with 4002 for a brand's or an address' share",
                null,
                values.roomReasons());
        this.held = counters(
                "tandem.holds",
                "How often the relay stopped reading from a client: budget, it sent too much; receiver, who it sends to cannot keep up; itself, it does"
                        + " not take what it is sent",
                "holds",
                values.holdReasons());
        for (CloseCode code : CloseCode.values()) {
            closes.put(
                    code,
                    Counter.builder("tandem.closes")
                            .description("Channels that the relay closed, by code")
                            .baseUnit("closes")
                            .tag("code", Integer.toString(code.code()))
                            .register(registry));
        }
        this.keyframesAsked = Counter.builder("tandem.keyframes.asked")
                .description("Whole pages that tags were asked for: a viewer came, or lost its way in the changes")
                .register(registry);
        this.keysHad = keyRefreshes("ok");
        this.keysMissed = keyRefreshes("failed");
        this.configurationsTaken = configurations("ok");
        this.configurationsRefused = configurations("faulty");
        this.loopDelay = Timer.builder("tandem.loop.delay")
                .description("How late an event loop came to what was due, looked at every 250 ms on each")
                .serviceLevelObjectives(LOOP_DELAYS)
                .register(registry);
        this.budgetUse = DistributionSummary.builder("tandem.budget.use")
                .description("How much of its budget's rate a consumer used between two heartbeats, a sample for each")
                .baseUnit("percent")
                .serviceLevelObjectives(BUDGET_PERCENTS)
                .register(registry);
        for (LinkQuality quality : LinkQuality.values()) {
            links.put(quality, registerLink(quality));
        }
        registerCarried();
        for (Direction direction : Direction.values()) {
            for (Lane lane : Lane.values()) {
                registerLane(direction, lane);
            }
        }
    }

    private Counter keyRefreshes(String result) {
        return Counter.builder("tandem.agent.keys.refreshes")
                .description("How often a brand's key set was read or fetched; failed: those from before stay")
                .tag("result", result)
                .register(registry);
    }

    private Counter configurations(String result) {
        return Counter.builder("tandem.config.reloads")
                .description("How often the configuration was read again; faulty: it changed nothing")
                .tag("result", result)
                .register(registry);
    }

    private void registerSessions(String state, Collection<String> modes) {
        Map<String, AtomicInteger> ofState = new HashMap<>();
        ofState.put(NO_MODE, new AtomicInteger());
        modes.forEach(mode -> ofState.put(mode, new AtomicInteger()));
        sessions.put(state, ofState);
        ofState.forEach((mode, count) -> Gauge.builder("tandem.sessions", count, AtomicInteger::get)
                .description("Sessions of this node by state and mode")
                .baseUnit("sessions")
                .tag("state", state)
                .tag("mode", mode)
                .register(registry));
    }

    private void registerChannels(String carrier) {
        AtomicInteger count = new AtomicInteger();
        channels.put(carrier, count);
        Gauge.builder("tandem.channels", count, AtomicInteger::get)
                .description("Open channels by what they ride on")
                .baseUnit("channels")
                .tag("carrier", carrier)
                .register(registry);
    }

    private Map<String, Counter> counters(
            String name, String description, @Nullable String unit, Collection<String> reasons) {
        Map<String, Counter> counters = new HashMap<>();
        for (String reason : reasons) {
            counters.put(
                    reason,
                    Counter.builder(name)
                            .description(description)
                            .baseUnit(unit)
                            .tag("reason", reason)
                            .register(registry));
        }
        return counters;
    }

    private DistributionSummary registerLink(LinkQuality quality) {
        return DistributionSummary.builder("tandem.link.rate")
                .description(
                        "What a consumer's upstream was last measured to carry, a sample at each heartbeat from the first measure on, by the"
                                + " class that its brand's figures put it in")
                .baseUnit("kbps")
                .tag("quality", quality.wireName())
                .serviceLevelObjectives(LINK_KBPS)
                .register(registry);
    }

    private void registerCarried() {
        FunctionCounter.builder("tandem.carried.bytes", loops, all -> sum(all, LaneCounters::carriedBytes))
                .description("Bytes that carriers of open channels took from the network: what budgets count")
                .tag("direction", "up")
                .baseUnit("bytes")
                .register(registry);
    }

    private void registerLane(Direction direction, Lane lane) {
        laneCounter("frames", "Frames of the wire protocol", direction, lane, loop -> loop.frames(direction, lane));
        laneCounter(
                "bytes",
                "Bytes of frames of the wire protocol, their headers included",
                direction,
                lane,
                loop -> loop.bytes(direction, lane));
    }

    private void laneCounter(
            String unit, String description, Direction direction, Lane lane, ToLongFunction<LaneCounters> cell) {
        FunctionCounter.builder("tandem." + unit, loops, all -> sum(all, cell))
                .description(description)
                .baseUnit(unit)
                .tag("direction", direction.name().toLowerCase(Locale.ROOT))
                .tag("lane", lane.name().toLowerCase(Locale.ROOT))
                .register(registry);
    }

    private static long sum(List<LaneCounters> loops, ToLongFunction<LaneCounters> cell) {
        return loops.stream().mapToLong(cell).sum();
    }

    /** New counters for an event loop, summed into the meters. */
    public LaneCounters countersOfALoop() {
        LaneCounters counters = new LaneCounters();
        loops.add(counters);
        return counters;
    }

    /** What carriers tell of themselves. */
    public CarrierMeters carriers() {
        return carriers;
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

    /** How many sessions this node takes, so that a dashboard knows how far it is from there. */
    public void limitSessions(int perNode) {
        Gauge.builder("tandem.sessions.limit", () -> perNode)
                .description("Sessions that this node takes: who comes for one more is turned away")
                .register(registry);
    }

    /** Somebody who wanted a new session was turned away. Any thread may say so. */
    public void turnedAway(String reason) {
        counter(turnedAway, reason).increment();
    }

    /** A session came to this state, with this mode. */
    public void sessionEntered(String state, String mode) {
        counter(counter(sessions, state), mode).incrementAndGet();
    }

    /** A session left this state, or this mode. */
    public void sessionLeft(String state, String mode) {
        counter(counter(sessions, state), mode).decrementAndGet();
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

    /** A client is not read from any more, for this reason. */
    public void held(String reason) {
        counter(held, reason).increment();
    }

    /** A tag was asked for a whole page. */
    public void keyframeAsked() {
        keyframesAsked.increment();
    }

    /** A brand's key set was read or fetched, or could not be. Any thread may say so. */
    public void keysRefreshed(boolean wasHad) {
        (wasHad ? keysHad : keysMissed).increment();
    }

    /** The configuration was read again, with or without a fault. Any thread may say so. */
    public void configurationRead(boolean isSound) {
        (isSound ? configurationsTaken : configurationsRefused).increment();
    }

    /** An event loop was late by so much. */
    public void loopLate(Duration by) {
        loopDelay.record(by);
    }

    /** A consumer used this share of its budget's rate for a while. */
    public void budgetUsed(double share) {
        budgetUse.record(share * PERCENT);
    }

    /** A consumer's link was measured, now or some time ago. */
    public void linkMeasured(LinkQuality quality, int kbps) {
        counter(links, quality).record(kbps);
    }

    private static <K, V> V counter(Map<K, V> all, K key) {
        V found = all.get(key);
        if (found == null) {
            throw new IllegalArgumentException(key + " was not named at start; known are " + all.keySet());
        }
        return found;
    }
}
