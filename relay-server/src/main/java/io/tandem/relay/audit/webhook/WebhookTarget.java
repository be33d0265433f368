package io.tandem.relay.audit.webhook;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Where a brand wants its events.
 *
 * @param brand the brand's key
 * @param url https, or http to this machine itself
 * @param secrets the first is the brand's own, the second one that it has just given up: each signs
 * @param privateAllowed whether the address may be one of a private network
 */
public record WebhookTarget(String brand, URI url, List<WebhookSecret> secrets, boolean privateAllowed) {
    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;
    private static final int MAX_LENGTH = 2048;

    /** Keeps what it is given as it is now. */
    public WebhookTarget {
        secrets = List.copyOf(secrets);
    }

    /**
     * The URL of a text.
     *
     * @throws IllegalArgumentException that says what is wrong with it, without the text: its path or query may be a secret
     */
    public static URI url(String text) {
        try {
            URI url = new URI(text);
            String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
            if (url.getHost() == null || !(scheme.equals("https") || scheme.equals("http"))) {
                throw new IllegalArgumentException("no URL of https; allowed is https://HOST/PATH");
            }
            if (scheme.equals("http") && !isLoopback(url.getHost())) {
                throw new IllegalArgumentException(
                        "http to another machine; allowed is https, and http to localhost, 127.0.0.1 or [::1]");
            }
            if (url.getRawUserInfo() != null || url.getRawFragment() != null || text.length() > MAX_LENGTH) {
                throw new IllegalArgumentException("a user, a fragment or over " + MAX_LENGTH
                        + " characters; allowed is https://HOST/PATH, with a port or query at most");
            }
            return url;
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("no URL; allowed is https://HOST/PATH", e);
        }
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("127.0.0.1") || host.equals("[::1]");
    }

    /** Whether the URL names this machine itself, as its operator wrote it: then no other may be reached by it. */
    boolean isLoopback() {
        return isLoopback(url.getHost());
    }

    /** Whether the URL has an address instead of a name, and one that {@link #privateAllowed} would have to allow. */
    public boolean isRefusedAddress() {
        String host = host();
        boolean literal = host.indexOf(':') >= 0 || host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
        try {
            return literal && !Addresses.allowed(this, InetAddress.getByName(host));
        } catch (UnknownHostException e) {
            return true;
        }
    }

    boolean isTls() {
        return "https".equalsIgnoreCase(url.getScheme());
    }

    /** Without the brackets of an IPv6 address. */
    String host() {
        String host = url.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    int port() {
        return url.getPort() >= 0 ? url.getPort() : isTls() ? HTTPS_PORT : HTTP_PORT;
    }

    /** What stands in the request's Host. */
    String authority() {
        return url.getPort() < 0 ? url.getHost() : url.getHost() + ":" + url.getPort();
    }

    /** What stands in the request line. */
    String pathAndQuery() {
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        return url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
    }

    /** {@code t=SECONDS,v1=HEX}, with one v1 for each secret. */
    String signature(long epochSeconds, byte[] body) {
        return "t=" + epochSeconds + ","
                + secrets.stream()
                        .map(secret -> "v1=" + secret.sign(epochSeconds, body))
                        .collect(Collectors.joining(","));
    }

    /** The URL may hold a secret in its path or query. */
    @Override
    public String toString() {
        return "WebhookTarget[" + brand + "]";
    }
}
