package io.tandem.load.run;

import io.netty.bootstrap.Bootstrap;
import io.tandem.load.engine.LoadLoop;
import io.tandem.load.engine.LoadSession;
import io.tandem.load.workload.Recording;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** How the two ends of a session find each other on a relay of one kind. Any thread may call it. */
public interface Meeting {
    /**
     * One session to be opened.
     *
     * @param number by which its frames are told from others'
     * @param phase where in its recording it begins, 0 to 1
     * @param from the address that its connections come from, null for any
     */
    record Appointment(
            int number,
            double phase,
            Recording recording,
            @Nullable SocketAddress from) {}

    /**
     * Begins to open a session.
     *
     * @param bootstrap of connections on the loop
     */
    LoadSession open(LoadLoop loop, Bootstrap bootstrap, Appointment appointment);

    /** On what the sessions ride and what they may do, for reports. */
    default String words() {
        return "WebSocket";
    }
}
