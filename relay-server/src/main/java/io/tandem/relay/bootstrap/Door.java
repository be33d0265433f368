package io.tandem.relay.bootstrap;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How connections come to the relay's own port.
 *
 * @param tls with which certificate, where the relay ends TLS itself
 * @param trusted networks of proxies that are believed whom they speak for
 * @param proxyProtocol whether those put a PROXY header in front of each connection
 * @param forwardedFor whether they say it in {@code X-Forwarded-For}
 */
public record Door(Optional<Tls> tls, List<String> trusted, boolean proxyProtocol, boolean forwardedFor) {
    /** Straight from the clients, or through a proxy that says nothing of them. */
    public static final Door PLAIN = new Door(Optional.empty(), List.of(), false, false);

    /**
     * Files in PEM, read again when they change.
     *
     * @param certificates the relay's own first, then those that vouch for it
     * @param key PKCS #8, not encrypted
     */
    public record Tls(Path certificates, Path key) {}

    /** Keeps what it is given as it is now. */
    public Door {
        trusted = List.copyOf(trusted);
    }
}
