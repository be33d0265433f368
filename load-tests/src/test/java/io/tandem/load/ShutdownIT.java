package io.tandem.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.load.RunningRelay.Pair;
import io.tandem.load.peer.Peer;
import io.tandem.load.peer.Received;
import io.tandem.load.peer.SimulatedTag;
import io.tandem.relay.frame.FrameType;
import java.net.ConnectException;
import java.net.Socket;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ShutdownIT {
    @Test
    @Timeout(60)
    void shouldTellEverybodyAndLeaveNobodyConnected() {
        try (RunningRelay relay = new RunningRelay();
                Pair pair = relay.pair("shared");
                SimulatedTag waiting = relay.tag(relay.sessionId());
                Peer silent = relay.peer(relay.sessionId())) {
            relay.stop();

            Received ended = pair.agent()
                    .peer()
                    .await(
                            "ended SESSION",
                            received -> received.is(FrameType.SESSION)
                                    && received.json().text("state").equals("ended"));
            assertThat(ended.json().text("reason")).isEqualTo("node-stopped");
            assertThat(pair.agent().peer().awaitClosed().code()).isEqualTo(4410);
            assertThat(pair.tag().peer().awaitClosed().code()).isEqualTo(4410);
            assertThat(waiting.peer().awaitClosed().code()).isEqualTo(1001);
            assertThat(silent.awaitClosed().code()).isEqualTo(1001);
            Assertions.assertThatThrownBy(() -> new Socket(
                                    relay.address().getAddress(),
                                    relay.address().getPort())
                            .close())
                    .isInstanceOf(ConnectException.class);
        }
    }
}
