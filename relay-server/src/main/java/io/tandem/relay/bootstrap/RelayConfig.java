package io.tandem.relay.bootstrap;

import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.identity.AgentSecret;
import io.tandem.relay.identity.Brand;
import io.tandem.relay.metering.Budgets;
import io.tandem.relay.session.CarrierKind;
import io.tandem.relay.session.SessionLimits;
import io.tandem.relay.transport.longpoll.LongPollLimits;
import java.nio.file.Path;
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
        Optional<Operations> operations,
        Optional<Demo> demo) {

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
    }

    /**
     * A relay for this machine alone, with one brand whose pages it serves itself.
     *
     * @param port where it listens
     * @param pagePorts the ports under which browsers know its pages
     */
    public static RelayConfig forDemo(
            int port, Set<Integer> pagePorts, Optional<Path> site, Set<CarrierKind> carriers, AgentSecret secret) {
        Brand brand = new Brand(
                DEMO_BRAND,
                "Tandem demo",
                pagePorts.stream()
                        .flatMap(page -> Stream.of("http://localhost:" + page, "http://127.0.0.1:" + page))
                        .collect(Collectors.toUnmodifiableSet()),
                Set.of(),
                List.of(),
                secret);
        return new RelayConfig(
                "localhost",
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
                Optional.empty(),
                Optional.of(new Demo(site)));
    }
}
