package io.tandem.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.tandem.load.peer.Received;
import io.tandem.load.peer.SimulatedTag;
import io.tandem.relay.bootstrap.Main;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.session.CarrierKind;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A relay of its own process that is told, by its file and by a signal, that its brands have changed. */
@Timeout(120)
class ReloadIT {
    private static final String SECRET = "thirty-two bytes or more, of a test alone";
    private static final Pattern PORT = Pattern.compile("\"port\":\"?(\\d+)");

    @TempDir
    Path folder;

    private static String brands(String... keys) {
        StringBuilder text = new StringBuilder(
                "tandem.host=127.0.0.1\ntandem.port=0\ntandem.brands=" + String.join(",", keys) + "\n");
        for (String key : keys) {
            text.append("tandem.brands.%s.origins=https://%s.example\n".formatted(key, key));
            text.append("tandem.brands.%s.agent-secret=%s\n".formatted(key, SECRET));
        }
        return text.toString();
    }

    /** The next line that says this. */
    private static String await(BufferedReader log, String says) throws IOException {
        StringBuilder passed = new StringBuilder();
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            if (line.contains(says)) {
                return line;
            }
            passed.append(line).append('\n');
        }
        throw new AssertionError("no line says '" + says + "':\n" + passed);
    }

    private static SimulatedTag tag(EventLoopGroup loops, InetSocketAddress relay, String sessionId, String brand) {
        return SimulatedTag.open(
                CarrierKind.WEBSOCKET, loops, relay, sessionId, "https://" + brand + ".example", brand);
    }

    @Test
    void shouldServeWhatItsFileSaysNow() throws Exception {
        Path file = folder.resolve("relay.properties");
        Files.writeString(file, brands("shop"));
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        // As in earnest: the tests' own class path says less.
                        "-Dlogback.configurationFile=logback.xml",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "serve",
                        "--config",
                        file.toString())
                .redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("TANDEM_"));
        Process relay = builder.start();
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (BufferedReader log = relay.inputReader(StandardCharsets.UTF_8)) {
            Matcher port = PORT.matcher(await(log, "the relay accepts connections"));
            assertThat(port.find()).isTrue();
            InetSocketAddress at =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port.group(1)));
            SimulatedTag shopper = tag(loops, at, "0".repeat(26), "shop");

            Files.writeString(file, brands("shop", "bank"));
            await(log, "brand bank: added");
            SimulatedTag banker = tag(loops, at, "1".repeat(26), "bank");

            Files.writeString(file, brands("shop").replace("https://shop", "shop"));
            hangUp(relay);
            assertThat(await(log, "nothing has changed")).contains("faults");
            assertThat(await(log, "configuration: "))
                    .contains("tandem.brands.shop.origins")
                    .doesNotContain(SECRET);
            assertThat(banker.peer().isOpen()).isTrue();

            Files.writeString(file, brands("shop"));
            hangUp(relay);
            await(log, "brand bank: removed");
            Received ended = banker.peer()
                    .await(
                            "ended SESSION",
                            received -> received.is(FrameType.SESSION)
                                    && received.json().text("state").equals("ended"));
            assertThat(ended.json().text("reason")).isEqualTo("not-served");
            assertThat(banker.peer().awaitClosed().code()).isEqualTo(4410);
            assertThat(shopper.peer().isOpen()).isTrue();
            shopper.close();
        } finally {
            relay.destroy();
            relay.waitFor(10, TimeUnit.SECONDS);
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private static void hangUp(Process relay) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-HUP", Long.toString(relay.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }
}
