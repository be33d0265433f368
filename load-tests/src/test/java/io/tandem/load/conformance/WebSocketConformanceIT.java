package io.tandem.load.conformance;

import io.tandem.load.RunningRelay;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every case on every path. */
class WebSocketConformanceIT {
    private static final RunningRelay RELAY = new RunningRelay();
    private static final Map<Via, Balancer> BALANCERS = balancers();

    private static Map<Via, Balancer> balancers() {
        Map<Via, Balancer> balancers = new EnumMap<>(Via.class);
        balancers.put(Via.HAPROXY, Balancer.start(Via.HAPROXY, RELAY.address()));
        balancers.put(Via.NGINX, Balancer.start(Via.NGINX, RELAY.address()));
        return balancers;
    }

    static Stream<Arguments> cases() {
        return Stream.of(Via.values())
                .flatMap(via -> ConformanceCases.all().stream().map(one -> Arguments.of(via, one.name(), one)));
    }

    @AfterAll
    static void stop() {
        BALANCERS.values().forEach(Balancer::close);
        RELAY.close();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("cases")
    void shouldAnswerAsTheCaseSays(Via via, String name, ConformanceCase one) throws IOException {
        Balancer balancer = BALANCERS.get(via);
        InetSocketAddress entry = balancer == null ? RELAY.address() : balancer.address();
        try (Talk talk = Talk.withAgent(RELAY, entry)) {
            one.on(via).run(talk);
        }
    }
}
