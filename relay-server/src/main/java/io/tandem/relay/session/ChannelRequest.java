package io.tandem.relay.session;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What the request for a channel said.
 *
 * @param sessionId the session's id from the path, 26 characters of Crockford base32
 * @param carrier what it came on
 * @param origin the request's {@code Origin}, null where the client sent none
 * @param remote the client's address
 */
public record ChannelRequest(
        String sessionId, CarrierKind carrier, @Nullable String origin, InetSocketAddress remote) {}
