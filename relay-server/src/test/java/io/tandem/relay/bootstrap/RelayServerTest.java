package io.tandem.relay.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import javax.management.ListenerNotFoundException;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RelayServerTest {
    /** Is closed, and takes meters all the same: who still measures for it is seen by that. */
    private static final class Watched extends PrometheusMeterRegistry {
        private boolean wasClosed;

        Watched() {
            super(PrometheusConfig.DEFAULT);
        }

        @Override
        public void close() {
            wasClosed = true;
        }
    }

    private static RelayConfig config(int port) throws ConfigFaults {
        return RelayConfigReader.read(
                Optional.empty(),
                Map.of(
                        "TANDEM_HOST", "127.0.0.1",
                        "TANDEM_PORT", Integer.toString(port),
                        "TANDEM_BRANDS", "shop",
                        "TANDEM_BRANDS_SHOP_ORIGINS", "https://shop.example",
                        "TANDEM_BRANDS_SHOP_AGENT_SECRET", "s".repeat(32)));
    }

    @Test
    void shouldMeasureNothingAnyMoreWhereItsPortIsTaken() throws Exception {
        Watched meters = new Watched();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            RelayConfig config = config(taken.getLocalPort());
            assertThatThrownBy(() -> RelayServer.start(config, meters).close())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot listen");
        }
        assertThat(meters.wasClosed).isTrue();
        long before = collectionsSeenBy(meters);
        collectAndBeTold();
        assertThat(collectionsSeenBy(meters)).as("a listener is left").isEqualTo(before);
    }

    private static long collectionsSeenBy(MeterRegistry meters) {
        return meters.find("jvm.gc.pause").timers().stream()
                .mapToLong(Timer::count)
                .sum();
    }

    /** Comes back when a collection has been told to all who listen: listeners are told in the order in which they came. */
    private static void collectAndBeTold() throws InterruptedException, ListenerNotFoundException {
        CountDownLatch told = new CountDownLatch(1);
        NotificationListener listener = (notification, nothing) -> told.countDown();
        List<NotificationEmitter> collectors = new ArrayList<>();
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            collectors.add((NotificationEmitter) collector);
        }
        for (NotificationEmitter collector : collectors) {
            collector.addNotificationListener(listener, null, null);
        }
        System.gc();
        told.await();
        for (NotificationEmitter collector : collectors) {
            collector.removeNotificationListener(listener);
        }
    }
}
