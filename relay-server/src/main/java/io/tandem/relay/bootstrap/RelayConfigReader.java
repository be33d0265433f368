package io.tandem.relay.bootstrap;

import io.smallrye.config.ConfigValue;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.carrier.ClientAddress;
import io.tandem.relay.identity.Brand;
import io.tandem.relay.identity.BrandReader;
import io.tandem.relay.identity.WholeNumber;
import io.tandem.relay.metering.Budgets;
import io.tandem.relay.metering.MeteringLimits;
import io.tandem.relay.session.CarrierKind;
import io.tandem.relay.session.SessionLimits;
import io.tandem.relay.transport.longpoll.LongPollLimits;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Makes a {@link RelayConfig} from the environment ({@code TANDEM_PORT}) over a file of properties ({@code tandem.port}).
 * Reads every key before it judges, so that one start lists every fault.
 */
public final class RelayConfigReader {
    private static final String PREFIX = "tandem.";
    private static final int FILE_ORDINAL = 100;
    private static final int ENVIRONMENT_ORDINAL = 300;
    private static final int MAX_PORT = 65_535;
    private static final int DEFAULT_PORT = 8080;
    private static final int MAX_EVENT_LOOPS = 1024;
    private static final int MAX_BYTES = 1 << 30;
    private static final int MAX_KBPS = 1_000_000;
    private static final long DAY_MILLIS = 24L * 60 * 60 * 1000;

    private final SmallRyeConfig config;
    private final List<String> faults = new ArrayList<>();
    private final Set<String> asked = new HashSet<>();

    private RelayConfigReader(SmallRyeConfig config) {
        this.config = config;
    }

    /**
     * Reads and validates all of it.
     *
     * @param file of properties, or none
     * @throws ConfigFaults listing everything that is wrong
     */
    public static RelayConfig read(Optional<Path> file, Map<String, String> environment) throws ConfigFaults {
        SmallRyeConfigBuilder builder =
                new SmallRyeConfigBuilder().withSources(new EnvConfigSource(environment, ENVIRONMENT_ORDINAL));
        if (file.isPresent()) {
            try {
                builder.withSources(
                        new PropertiesConfigSource(file.get().toUri().toURL(), FILE_ORDINAL));
            } catch (IOException e) {
                throw new ConfigFaults(List.of("the file " + file.get() + ": it cannot be read; allowed is a file of"
                        + " properties in UTF-8"));
            }
        }
        return new RelayConfigReader(builder.build()).read();
    }

    private RelayConfig read() throws ConfigFaults {
        List<Brand> brands = brands();
        RelayConfig read = new RelayConfig(
                text("host").orElse("0.0.0.0"),
                (int) number("port", DEFAULT_PORT, 0, MAX_PORT),
                text("node").orElse("node-1"),
                (int) number("event-loops", Runtime.getRuntime().availableProcessors(), 1, MAX_EVENT_LOOPS),
                transports(),
                carriers(),
                brands,
                http(),
                carrier(),
                longPoll(),
                session(),
                budgets(brands),
                door(),
                new AuditConfigReader(this).read(brands),
                operations(),
                Optional.empty());
        namesThatNobodyAskedFor();
        if (!faults.isEmpty()) {
            throw new ConfigFaults(faults);
        }
        return read;
    }

    private Optional<RelayConfig.Operations> operations() {
        Optional<String> host = text("operations.host");
        if (text("operations.port").isEmpty()) {
            host.ifPresent(given -> fault("operations.host", "a host without tandem.operations.port"));
            return Optional.empty();
        }
        int port = (int) number("operations.port", 0, 0, MAX_PORT);
        if (port != 0 && port == number("port", DEFAULT_PORT, 0, MAX_PORT)) {
            fault("operations.port", port + ", which is tandem.port; allowed is another");
        }
        return Optional.of(
                new RelayConfig.Operations(host.or(() -> text("host")).orElse("0.0.0.0"), port));
    }

    private Door door() {
        Optional<String> certificates = text("tls.certificates");
        Optional<String> key = text("tls.key");
        if (certificates.isPresent() != key.isPresent()) {
            fault(
                    certificates.isPresent() ? "tls.key" : "tls.certificates",
                    "missing; required are both files of tandem.tls, or none");
        }
        List<String> trusted = networks();
        boolean proxyProtocol = flag("proxy.protocol");
        boolean forwardedFor = flag("proxy.forwarded-for");
        if ((proxyProtocol || forwardedFor) && text("proxy.trusted").isEmpty()) {
            fault("proxy.trusted", "missing; required are the networks of the proxies that are believed");
        }
        Optional<Door.Tls> tls =
                certificates.isPresent() && key.isPresent() ? tls(certificates.get(), key.get()) : Optional.empty();
        return new Door(tls, trusted, proxyProtocol, forwardedFor);
    }

    private Optional<Door.Tls> tls(String certificates, String key) {
        try {
            Door.Tls files = new Door.Tls(Path.of(certificates), Path.of(key));
            TlsCertificates.load(files);
            return Optional.of(files);
        } catch (InvalidPathException e) {
            fault("tls", "the path of a file is malformed");
        } catch (TlsCertificates.Unusable unusable) {
            fault("tls", String.valueOf(unusable.getMessage()));
        }
        return Optional.empty();
    }

    private List<String> networks() {
        List<String> networks = new ArrayList<>();
        for (String part : text("proxy.trusted").orElse("").split(",", -1)) {
            String network = part.strip();
            if (network.isEmpty()) {
                continue;
            }
            try {
                new ClientAddress(List.of(network), false);
                networks.add(network);
            } catch (IllegalArgumentException e) {
                fault(
                        "proxy.trusted",
                        "'" + network + "'; allowed are networks as 10.0.0.0/8 or 2001:db8::/32, by commas");
            }
        }
        return networks;
    }

    private boolean flag(String key) {
        String came = text(key).orElse("off");
        if (!came.equals("on") && !came.equals("off")) {
            fault(key, "'" + came + "'; allowed are on and off");
        }
        return came.equals("on");
    }

    private HttpLimits http() {
        HttpLimits usual = HttpLimits.DEFAULTS;
        return new HttpLimits(
                millis("http.header-millis", usual.headerMillis()),
                millis("http.keep-alive-millis", usual.keepAliveMillis()),
                bytes("http.request-line-bytes", usual.requestLineBytes()),
                bytes("http.header-bytes", usual.headerBytes()));
    }

    private CarrierLimits carrier() {
        CarrierLimits usual = CarrierLimits.DEFAULTS;
        CarrierLimits read = new CarrierLimits(
                bytes("carrier.resume-bytes", usual.resumeBytes()),
                bytes("carrier.in-flight-bytes", usual.inFlightBytes()),
                bytes("carrier.ceiling-bytes", usual.ceilingBytes()),
                millis("carrier.close-millis", usual.closeMillis()));
        if (read.resumeBytes() > read.inFlightBytes() || read.inFlightBytes() > read.ceilingBytes()) {
            fault("carrier", "resume-bytes, in-flight-bytes and ceiling-bytes; allowed are rising values");
            return usual;
        }
        return read;
    }

    private LongPollLimits longPoll() {
        LongPollLimits usual = LongPollLimits.DEFAULTS;
        return new LongPollLimits(
                millis("long-poll.hold-millis", usual.holdMillis()),
                millis("long-poll.gap-millis", usual.gapMillis()),
                (int) number(
                        "long-poll.request-bytes",
                        usual.requestBytes(),
                        LongPollLimits.SMALLEST_REQUEST_BYTES,
                        MAX_BYTES),
                bytes("long-poll.answer-bytes", usual.answerBytes()),
                (int) number("long-poll.slowest-kbps", usual.slowestKbps(), 1, 1_000_000),
                (int) number("long-poll.per-node", usual.carriersPerNode(), 1, 10_000_000));
    }

    private SessionLimits session() {
        SessionLimits usual = SessionLimits.DEFAULTS;
        int invitations = (int) number("session.invitations-per-session", usual.invitationsPerSession(), 1, 250);
        int participants = (int) number("session.participants-per-session", usual.participantsPerSession(), 2, 250);
        int sessions = (int) number("session.per-node", usual.sessionsPerNode(), 1, 1_000_000);
        int perAddress = (int) number("session.per-address", usual.sessionsPerAddress(), 1, 1_000_000);
        long consumerGrace = millis("session.consumer-grace-millis", usual.consumerGraceMillis());
        long agentGrace = millis("session.agent-grace-millis", usual.agentGraceMillis());
        long invitation = millis("session.invitation-millis", usual.invitationMillis());
        long idle = millis("session.idle-millis", usual.idleMillis());
        long maximum = millis("session.maximum-millis", usual.maximumMillis());
        long hello = millis("session.hello-deadline-millis", usual.helloDeadlineMillis());
        long heartbeat = millis("session.heartbeat-millis", usual.heartbeatMillis());
        long lag = millis("session.highest-lag-millis", usual.highestLagMillis());
        try {
            return new SessionLimits(
                    sessions,
                    perAddress,
                    invitations,
                    participants,
                    consumerGrace,
                    agentGrace,
                    invitation,
                    idle,
                    maximum,
                    hello,
                    heartbeat,
                    lag);
        } catch (IllegalArgumentException e) {
            fault("session", String.valueOf(e.getMessage()));
            return usual;
        }
    }

    /** {@code tandem.metering} for the node; the same names below {@code tandem.brands.KEY} for one brand. */
    private Budgets budgets(List<Brand> brands) {
        MeteringLimits node = metering("", MeteringLimits.DEFAULTS);
        Map<String, MeteringLimits> ofBrands = new HashMap<>();
        for (Brand brand : brands) {
            MeteringLimits own = metering("brands." + brand.key() + ".", node);
            if (!own.equals(node)) {
                ofBrands.put(brand.key(), own);
            }
        }
        return new Budgets(node, ofBrands);
    }

    private MeteringLimits metering(String below, MeteringLimits usual) {
        String prefix = below + "metering.";
        int recommended = (int) number(prefix + "recommended-kbps", usual.recommendedKbps(), 1, MAX_KBPS);
        int floor = (int) number(prefix + "floor-kbps", usual.floorKbps(), 1, MAX_KBPS);
        int downstream = (int) number(prefix + "downstream-kbps", usual.downstreamKbps(), 1, MAX_KBPS);
        if (floor > recommended) {
            fault(prefix + "floor-kbps", floor + "; allowed are at most the recommended " + recommended);
        }
        return new MeteringLimits(
                recommended, floor, downstream, number(prefix + "burst-bytes", usual.burstBytes(), 1, MAX_BYTES));
    }

    private List<Transport> transports() {
        Optional<String> wanted = text("transport").filter(text -> !text.equals("auto"));
        if (wanted.isEmpty()) {
            return Transport.byPreference();
        }
        Optional<Transport> found = Transport.byPreference().stream()
                .filter(transport -> transport.label().equals(wanted.get()))
                .findFirst();
        if (found.isEmpty()) {
            fault("transport", "'" + wanted.get() + "'; allowed are auto, epoll and nio");
        }
        return found.map(List::of).orElse(Transport.byPreference());
    }

    private Set<CarrierKind> carriers() {
        Set<CarrierKind> wanted = EnumSet.noneOf(CarrierKind.class);
        for (String label : text("carriers")
                .orElse(CarrierKind.labels(List.of(CarrierKind.values())))
                .split(",", -1)) {
            CarrierKind.ofLabel(label.strip())
                    .ifPresentOrElse(
                            wanted::add,
                            () -> fault(
                                    "carriers",
                                    "'" + label.strip() + "'; allowed are " + String.join(", ", CarrierKind.labels())));
        }
        return wanted;
    }

    /** {@code tandem.brands} names the brands; what each is stands below {@code tandem.brands.KEY}. */
    private List<Brand> brands() {
        List<Brand> brands = new ArrayList<>();
        Set<String> keys = new HashSet<>();
        for (String part : text("brands").orElse("").split(",", -1)) {
            String key = part.strip();
            if (!key.isEmpty() && !keys.add(key)) {
                fault("brands", "'" + key + "' twice; allowed is once");
            } else if (!key.isEmpty()) {
                Brand brand = BrandReader.read(key, this::value, faults::add);
                if (brand != null) {
                    brands.add(brand);
                }
            }
        }
        if (keys.isEmpty()) {
            fault("brands", "missing; required are the keys of one brand or more, by commas");
        }
        return brands;
    }

    long millis(String key, long usual) {
        return number(key, usual, 1, DAY_MILLIS);
    }

    int bytes(String key, int usual) {
        return (int) number(key, usual, 1, MAX_BYTES);
    }

    long number(String key, long usual, long lowest, long highest) {
        Optional<String> came = text(key);
        if (came.isEmpty()) {
            return usual;
        }
        OptionalLong number = WholeNumber.within(came.get(), lowest, highest);
        if (number.isEmpty()) {
            fault(key, WholeNumber.refused(came.get(), lowest, highest));
        }
        return number.orElse(usual);
    }

    Optional<String> text(String key) {
        return value(PREFIX + key).map(String::strip).filter(text -> !text.isEmpty());
    }

    private Optional<String> value(String name) {
        asked.add(name);
        return Optional.ofNullable(config.getConfigValue(name).getValue());
    }

    void fault(String key, String what) {
        ConfigValue source = config.getConfigValue(PREFIX + key);
        String where = source.getSourceName() == null ? "" : " (" + source.getLocation() + ")";
        faults.add(PREFIX + key + ": " + what + where);
    }

    /** A name that nothing reads is a slip of the pen, and would otherwise mean the default in silence. */
    private void namesThatNobodyAskedFor() {
        for (String name : config.getPropertyNames()) {
            if (name.startsWith(PREFIX) && !asked.contains(name) && !isAnEnvironmentForm(name)) {
                faults.add(name + ": unknown; allowed are the keys that the relay's documentation lists");
            }
        }
    }

    /** The environment has no hyphens or dots: its names match asked ones only after both are written its way. */
    private boolean isAnEnvironmentForm(String name) {
        String plain = name.replace('-', '.');
        return asked.stream().anyMatch(known -> known.replace('-', '.').equals(plain));
    }
}
