package io.tandem.relay.audit.webhook;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * Which addresses a webhook may go to: a brand names a host, and whoever runs its DNS says where that is, which must not be the relay's own network.
 * The ranges are those of the IANA special-purpose registries (RFC 6890) that are not globally reachable.
 */
final class Addresses {
    /** A range of addresses: those whose first bits are these. */
    private static final class Range {
        private final byte[] prefix;
        private final int bits;

        private Range(byte[] prefix, int bits) {
            this.prefix = prefix;
            this.bits = bits;
        }

        static Range of(String text) {
            String[] parts = text.split("/", 2);
            try {
                return new Range(InetAddress.getByName(parts[0]).getAddress(), Integer.parseInt(parts[1]));
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException("no range: " + text, e);
            }
        }

        boolean holds(byte[] address) {
            if (address.length != prefix.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> (bit % Byte.SIZE);
                if (((address[bit / Byte.SIZE] ^ prefix[bit / Byte.SIZE]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Nobody is reached by these, whatever is configured. */
    private static final List<Range> NEVER = ranges("0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "::/128", "ff00::/8");

    private static final List<Range> LOOPBACK = ranges("127.0.0.0/8", "::1/128");

    private static final List<Range> PRIVATE = ranges(
            "10.0.0.0/8",
            "100.64.0.0/10",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "64:ff9b:1::/48",
            "100::/64",
            "2001::/23",
            "2001:db8::/32",
            "3fff::/20",
            "5f00::/16",
            "fc00::/7",
            "fe80::/10",
            "fec0::/10");

    /** IPv6 ranges that carry an IPv4 address, which is what is reached, and where in it that stands. */
    private static final List<Range> CARRIERS = ranges("::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "2002::/16");

    private static final int SIX_TO_FOUR = CARRIERS.size() - 1;

    private Addresses() {}

    private static List<Range> ranges(String... texts) {
        return Arrays.stream(texts).map(Range::of).toList();
    }

    private static boolean isIn(List<Range> ranges, byte[] address) {
        return ranges.stream().anyMatch(range -> range.holds(address));
    }

    /** Whether this target's requests may go to this address. */
    static boolean allowed(WebhookTarget target, InetAddress address) {
        byte[] reached = reached(address);
        if (isIn(LOOPBACK, reached)) {
            return target.isLoopback() || target.privateAllowed();
        }
        if (target.isLoopback() || isIn(NEVER, reached)) {
            return false;
        }
        return target.privateAllowed() || !isIn(PRIVATE, reached);
    }

    /** The IPv4 address that an IPv6 one stands for, where it does. */
    private static byte[] reached(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (address instanceof Inet4Address || isIn(LOOPBACK, bytes) || isIn(NEVER, bytes)) {
            return bytes;
        }
        for (int i = 0; i < CARRIERS.size(); i++) {
            if (CARRIERS.get(i).holds(bytes)) {
                int from = i == SIX_TO_FOUR ? 2 : bytes.length - Integer.BYTES;
                return Arrays.copyOfRange(bytes, from, from + Integer.BYTES);
            }
        }
        return ((Inet6Address) address).getAddress();
    }
}
