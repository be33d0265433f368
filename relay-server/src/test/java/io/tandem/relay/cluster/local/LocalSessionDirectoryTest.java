package io.tandem.relay.cluster.local;

import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import io.tandem.relay.session.SessionDirectory;
import io.tandem.relay.session.SessionDirectoryContract;
import java.util.concurrent.TimeUnit;

class LocalSessionDirectoryTest extends SessionDirectoryContract {
    private final MockTicker ticker = Ticker.newMockTicker();
    private final SessionDirectory directory = new LocalSessionDirectory(ticker);

    @Override
    protected SessionDirectory directory() {
        return directory;
    }

    @Override
    protected void pass(long millis) {
        ticker.advance(millis, TimeUnit.MILLISECONDS);
    }
}
