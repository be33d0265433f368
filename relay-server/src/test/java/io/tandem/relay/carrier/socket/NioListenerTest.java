package io.tandem.relay.carrier.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.tandem.relay.carrier.PlantedError;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class NioListenerTest {
    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final NioListener listener = new NioListener();

    @AfterEach
    void end() {
        listener.close();
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** Takes what is accepted, but for the first. */
    private static final class Scarce extends ArrayList<Object> {
        private static final long serialVersionUID = 1;
        private boolean hasFailed;

        @Override
        public boolean add(Object accepted) {
            if (!hasFailed) {
                hasFailed = true;
                throw new PlantedError();
            }
            return super.add(accepted);
        }
    }

    @Test
    void shouldCloseAConnectionThatThereIsNoMemoryForAndGoOnListening() throws Exception {
        listener.config().setAutoRead(false);
        loops.register(listener).sync();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync();
        List<Object> accepted = new Scarce();
        try (Socket first = connect();
                Socket second = connect()) {
            assertThat(listener.doReadMessages(accepted)).isZero();
            assertThat(first.getInputStream().read()).as("the end").isNegative();
            assertThat(listener.doReadMessages(accepted)).isEqualTo(1);
            assertThat(accepted).hasSize(1);
            assertThat(second.isConnected()).isTrue();
            ((NioSocket) accepted.get(0)).unsafe().closeForcibly();
        }
    }

    private Socket connect() throws Exception {
        InetSocketAddress address = listener.localAddress();
        return new Socket(address.getAddress(), address.getPort());
    }
}
