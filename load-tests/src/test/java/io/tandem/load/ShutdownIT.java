package io.tandem.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.load.RunningRelay.Pair;
import io.tandem.load.peer.Peer;
import io.tandem.load.peer.Received;
import io.tandem.load.peer.SimulatedTag;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.session.CarrierKind;
import java.net.ConnectException;
import java.net.Socket;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ShutdownIT {
    @ParameterizedTest
    @EnumSource(Riding.class)
    @Timeout(60)
    void shouldTellEverybodyAndLeaveNobodyConnected(Riding riding) {
        try (RunningRelay relay = new RunningRelay();
                Pair pair = relay.pair("shared", riding);
                SimulatedTag waiting = relay.tag(relay.sessionId(), riding.tag());
                Peer silent = relay.peer(relay.sessionId(), CarrierKind.WEBSOCKET)) {
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
