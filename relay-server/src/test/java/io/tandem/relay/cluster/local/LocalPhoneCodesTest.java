package io.tandem.relay.cluster.local;

import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import io.tandem.relay.identity.Secrets;
import io.tandem.relay.session.PhoneCodes;
import io.tandem.relay.session.PhoneCodesContract;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;

class LocalPhoneCodesTest extends PhoneCodesContract {
    private final MockTicker ticker = Ticker.newMockTicker();
    private final PhoneCodes codes = new LocalPhoneCodes(MOST, new Secrets(new SecureRandom()), ticker);

    @Override
    protected PhoneCodes codes() {
        return codes;
    }

    @Override
    protected void pass(long millis) {
        ticker.advance(millis, TimeUnit.MILLISECONDS);
    }
}
