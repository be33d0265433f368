package io.tandem.relay.session;

import io.tandem.relay.identity.Brand;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * How many of the node's sessions, among those that have not ended, are one brand's, and how many come from one address. Any thread may call it.
 *
 * <p>Addresses are counted in a table of a fixed size, at a place that their salted hash says: a session keeps four bytes of its consumer's
 * address, and the node none. That two addresses share a place is rare as long as there are fewer than places, and makes each look a little busier.
 */
final class SessionShares {
    /** The place of an address that is not counted. */
    static final int UNCOUNTED = -1;

    /** Who has an IPv6 address has a network of so many bytes to choose it from. */
    private static final int IPV6_NETWORK_BYTES = 8;

    private final AtomicIntegerArray ofAddresses = new AtomicIntegerArray(SaltedPlaces.COUNT);
    private final Map<String, AtomicInteger> ofBrands = new ConcurrentHashMap<>();
    private final int perAddress;
    private final SaltedPlaces places;

    /** With places for addresses. */
    SessionShares(int perAddress, SaltedPlaces places) {
        this.perAddress = perAddress;
        this.places = places;
    }

    /** Where an address is counted. This machine's own is not: a proxy on it speaks for everybody. */
    int placeOf(InetSocketAddress consumer) {
        InetAddress address = consumer.getAddress();
        if (address == null || address.isLoopbackAddress()) {
            return UNCOUNTED;
        }
        return places.of(networkOf(address));
    }

    /** What one consumer, or one office, has to itself. */
    static byte[] networkOf(InetAddress address) {
        byte[] bytes = address.getAddress();
        return address instanceof Inet6Address ? Arrays.copyOf(bytes, IPV6_NETWORK_BYTES) : bytes;
    }

    /** Counts one more, or says why not. */
    @Nullable
    NoRoom enter(Brand brand, int place) {
        AtomicInteger ofBrand = ofBrands.computeIfAbsent(brand.key(), key -> new AtomicInteger());
        if (ofBrand.incrementAndGet() > brand.sessions()) {
            ofBrand.decrementAndGet();
            return NoRoom.BRAND;
        }
        if (place != UNCOUNTED && ofAddresses.incrementAndGet(place) > perAddress) {
            ofAddresses.decrementAndGet(place);
            ofBrand.decrementAndGet();
            return NoRoom.ADDRESS;
        }
        return null;
    }

    /** One of those that entered has ended. */
    void leave(Brand brand, int place) {
        AtomicInteger ofBrand = ofBrands.get(brand.key());
        if (ofBrand != null) {
            ofBrand.decrementAndGet();
        }
        if (place != UNCOUNTED) {
            ofAddresses.decrementAndGet(place);
        }
    }
}
