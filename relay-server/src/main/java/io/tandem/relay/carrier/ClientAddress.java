package io.tandem.relay.carrier;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.AttributeKey;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose connection it is: the client's own address, where proxies stand in between and are trusted to say it. Nobody else's word is taken: a header of anybody
 * else is not looked at. One for all connections.
 */
public final class ClientAddress {
    /** Proxies in a row that are believed: more than any real way has. */
    static final int MAX_HOPS = 16;

    private static final InetSocketAddress UNKNOWN = InetSocketAddress.createUnresolved("unknown", 0);
    private static final AttributeKey<Known> KNOWN = AttributeKey.valueOf(ClientAddress.class, "known");
    private static final String FORWARDED_FOR = "x-forwarded-for";

    /** What is known of a connection that comes from a trusted proxy: whom that says it speaks for, if it did. */
    private record Known(ClientAddress rules, @Nullable InetSocketAddress said) {}

    private final List<IpSubnetFilterRule> trusted;
    private final boolean readsForwardedFor;

    /**
     * Trusts the proxies of these networks.
     *
     * @param networks as {@code 10.0.0.0/8} or {@code 2001:db8::/32}
     * @param readsForwardedFor whether they say it in {@code X-Forwarded-For}
     * @throws IllegalArgumentException for a text that is no network, naming it
     */
    public ClientAddress(List<String> networks, boolean readsForwardedFor) {
        this.trusted = networks.stream().map(ClientAddress::network).toList();
        this.readsForwardedFor = readsForwardedFor;
    }

    private static IpSubnetFilterRule network(String text) {
        String[] parts = text.split("/", -1);
        byte[] address = NetUtil.createByteArrayFromIpAddressString(parts[0]);
        if (address == null || parts.length > 2) {
            throw new IllegalArgumentException("'" + text + "'");
        }
        int bits = address.length * Byte.SIZE;
        try {
            int prefix = parts.length == 2 ? Integer.parseInt(parts[1]) : bits;
            return new IpSubnetFilterRule(parts[0], prefix, IpFilterRuleType.ACCEPT);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "'", e);
        }
    }

    /** Whether a connection comes from a trusted proxy. */
    public boolean isTrusted(Channel connection) {
        return connection.remoteAddress() instanceof InetSocketAddress peer && isTrusted(peer);
    }

    private boolean isTrusted(InetSocketAddress address) {
        return trusted.stream().anyMatch(network -> network.matches(address));
    }

    /**
     * Notes whom a trusted proxy says that a connection is of.
     *
     * @param said null where it said nothing, as when it looks whether the relay is there
     */
    public void note(Channel connection, @Nullable InetSocketAddress said) {
        connection.attr(KNOWN).set(new Known(this, said));
    }

    /** The client whose request this is the head of. On the connection's loop. */
    public static InetSocketAddress of(Channel connection, HttpHeaders headers) {
        InetSocketAddress peer = connection.remoteAddress() instanceof InetSocketAddress address ? address : UNKNOWN;
        Known known = connection.hasAttr(KNOWN) ? connection.attr(KNOWN).get() : null;
        if (known == null) {
            return peer;
        }
        InetSocketAddress nearest = known.said() == null ? peer : known.said();
        return known.rules().readsForwardedFor ? known.rules().behind(nearest, headers) : nearest;
    }

    /** From the nearest hop to the farthest that only trusted ones have vouched for. */
    private InetSocketAddress behind(InetSocketAddress nearest, HttpHeaders headers) {
        List<String> hops = new ArrayList<>();
        for (String header : headers.getAll(FORWARDED_FOR)) {
            hops.addAll(List.of(header.split(",", -1)));
        }
        InetSocketAddress client = nearest;
        int last = Math.max(0, hops.size() - MAX_HOPS);
        for (int i = hops.size() - 1; i >= last && isTrusted(client); i--) {
            InetSocketAddress hop = address(hops.get(i).strip());
            if (hop == null) {
                return client;
            }
            client = hop;
        }
        return client;
    }

    /** An address with or without a port: {@code 192.0.2.1}, {@code 192.0.2.1:80}, {@code 2001:db8::1}, {@code [2001:db8::1]:80}. */
    private static @Nullable InetSocketAddress address(String text) {
        String host = text;
        int colon = text.lastIndexOf(':');
        if (text.startsWith("[") && text.indexOf(']') > 0) {
            host = text.substring(1, text.indexOf(']'));
        } else if (colon >= 0 && colon == text.indexOf(':')) {
            host = text.substring(0, colon);
        }
        return address(host, 0);
    }

    /** An address that is written as numbers, or null: no name is looked up. */
    public static @Nullable InetSocketAddress address(String host, int port) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(host);
        try {
            return bytes == null ? null : new InetSocketAddress(InetAddress.getByAddress(bytes), port);
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
