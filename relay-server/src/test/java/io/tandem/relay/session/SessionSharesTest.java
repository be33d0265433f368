package io.tandem.relay.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.relay.identity.Brand;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class SessionSharesTest {
    private final SessionShares shares = new SessionShares(2, new SaltedPlaces("salt"));
    private final Brand small = new Brand(
            "small",
            "Small",
            SessionWorld.BRAND.origins(),
            SessionWorld.BRAND.deskOrigins(),
            SessionWorld.BRAND.frameOrigins(),
            SessionWorld.BRAND.resourceOrigins(),
            SessionWorld.BRAND.resources(),
            SessionWorld.BRAND.tokens(),
            1);

    private int place(String address) throws UnknownHostException {
        return shares.placeOf(new InetSocketAddress(InetAddress.getByName(address), 1));
    }

    @Test
    void shouldGiveAnAddressItsShareAndNoMore() throws Exception {
        int office = place("203.0.113.5");
        assertThat(shares.enter(SessionWorld.BRAND, office)).isNull();
        assertThat(shares.enter(SessionWorld.OTHER_BRAND, office)).isNull();
        assertThat(shares.enter(SessionWorld.BRAND, office)).isEqualTo(NoRoom.ADDRESS);
        assertThat(shares.enter(SessionWorld.BRAND, place("203.0.113.6"))).isNull();
        shares.leave(SessionWorld.OTHER_BRAND, office);
        assertThat(shares.enter(SessionWorld.BRAND, office)).isNull();
    }

    @Test
    void shouldGiveABrandItsShareAndNoMore() throws Exception {
        assertThat(shares.enter(small, place("203.0.113.5"))).isNull();
        assertThat(shares.enter(small, place("203.0.113.6"))).isEqualTo(NoRoom.BRAND);
        assertThat(shares.enter(SessionWorld.BRAND, place("203.0.113.6"))).isNull();
        shares.leave(small, place("203.0.113.5"));
        assertThat(shares.enter(small, place("203.0.113.6"))).isNull();
    }

    @Test
    void shouldTakeAnIpv6NetworkForOneAddress() throws Exception {
        assertThat(place("2001:db8::1")).isEqualTo(place("2001:db8::ffff:1"));
        assertThat(place("2001:db8::1")).isNotEqualTo(place("2001:db8:0:1::1"));
    }

    @Test
    void shouldCountNobodyWhomItDoesNotKnow() throws Exception {
        assertThat(place("127.0.0.1")).isEqualTo(SessionShares.UNCOUNTED);
        assertThat(shares.placeOf(InetSocketAddress.createUnresolved("unknown", 0)))
                .isEqualTo(SessionShares.UNCOUNTED);
        for (int i = 0; i < 5; i++) {
            assertThat(shares.enter(SessionWorld.BRAND, SessionShares.UNCOUNTED))
                    .isNull();
        }
    }
}
