package io.tandem.relay.cluster.local;

import io.tandem.relay.session.PeerLink;
import io.tandem.relay.session.PeerLinkContract;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;

class LocalPeerLinkTest extends PeerLinkContract {
    private final ExecutorService executor = Executors.newSingleThreadExecutor();
    private final PeerLink link = new LocalPeerLink(executor);

    @Override
    protected PeerLink link() {
        return link;
    }

    @AfterEach
    void stop() {
        executor.shutdown();
    }
}
