package io.tandem.relay.bootstrap;

import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.identity.AgentSecret;
import io.tandem.relay.identity.Brand;
import io.tandem.relay.identity.ResourcePolicy;
import io.tandem.relay.identity.TokenRules;
import io.tandem.relay.metering.Budgets;
import io.tandem.relay.session.CarrierKind;
import io.tandem.relay.session.SessionLimits;
import io.tandem.relay.transport.longpoll.LongPollLimits;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All that a relay is told before it starts; {@link RelayConfigReader} makes it from the environment and a file.
 *
 * @param host the address to listen on
 * @param port the port, 0 for any free one
 * @param node this node's name among its like
 * @param eventLoops how many threads move bytes
 * @param transports what may be used, the preferred one first
 * @param carriers what channels may ride on
 * @param brands whose pages and agents are served
 * @param door how connections come to {@code port}
 * @param audit who is told what happened in sessions
 * @param operations where meters are, if not beside the product's own paths
 * @param demo what the demo adds, absent in earnest
 */
public record RelayConfig(
        String host,
        int port,
        String node,
        int eventLoops,
        List<Transport> transports,
        Set<CarrierKind> carriers,
        List<Brand> brands,
        HttpLimits http,
        CarrierLimits carrier,
        LongPollLimits longPoll,
        SessionLimits session,
        Budgets metering,
        Door door,
        AuditConfig audit,
        Optional<Operations> operations,
        Optional<Demo> demo) {

    private static final String DEMO_HOST = "localhost";

    /** The key of the demo's brand. */
    public static final String DEMO_BRAND = "demo";

    /** A listener for balancers and monitors alone: port 0 takes any free one. */
    public record Operations(String host, int port) {}

    /** The demo gives out agents' tokens to whoever asks, and serves a folder of pages where one is named. */
    public record Demo(Optional<Path> site) {}

    /** Keeps what it is given as it is now. */
    public RelayConfig {
        transports = List.copyOf(transports);
        carriers = Set.copyOf(carriers);
        brands = List.copyOf(brands);
        if (demo.isPresent() && !DEMO_HOST.equals(host)) {
            throw new IllegalArgumentException("a demo that listens on " + host + "; allowed is " + DEMO_HOST
                    + ": whoever reaches it may be an agent");
        }
    }

    /** What stands otherwise in another configuration and is looked at only at start, by name: all but the brands and their budgets. */
    List<String> differencesFrom(RelayConfig other) {
        List<String> names = new ArrayList<>();
        for (RecordComponent part : RelayConfig.class.getRecordComponents()) {
            boolean isLive = part.getName().equals("brands") || part.getName().equals("metering");
            if (!isLive && !valueOf(part, this).equals(valueOf(part, other))) {
                names.add(part.getName());
            }
        }
        return names;
    }

    private static Object valueOf(RecordComponent part, RelayConfig config) {
        try {
            return part.getAccessor().invoke(config);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a record's own part cannot be read", e);
        }
    }

    /**
     * A relay for this machine alone, with one brand whose pages it serves itself.
     *
     * @param port where it listens
     * @param pagePorts the ports under which browsers know its pages
     */
    public static RelayConfig forDemo(
            int port, Set<Integer> pagePorts, Optional<Path> site, Set<CarrierKind> carriers, AgentSecret secret) {
        // Two origins for a browser: pages of one may stand in frames of the other.
        Set<String> origins = pagePorts.stream()
                .flatMap(page -> Stream.of("http://localhost:" + page, "http://127.0.0.1:" + page))
                .collect(Collectors.toUnmodifiableSet());
        Brand brand = new Brand(
                DEMO_BRAND,
                "Tandem demo",
                origins,
                Set.of(),
                origins,
                List.of(),
                ResourcePolicy.USUAL,
                TokenRules.of(secret),
                Brand.ANY_NUMBER);
        return new RelayConfig(
                DEMO_HOST,
                port,
                DEMO_BRAND,
                Runtime.getRuntime().availableProcessors(),
                Transport.byPreference(),
                carriers,
                List.of(brand),
                HttpLimits.DEFAULTS,
                CarrierLimits.DEFAULTS,
                LongPollLimits.DEFAULTS,
                SessionLimits.DEFAULTS.howeverLate(),
                Budgets.DEFAULTS,
                Door.PLAIN,
                AuditConfig.NONE,
                Optional.empty(),
                Optional.of(new Demo(site)));
    }
}
