package io.tandem.load.conformance;

/** What stands between a client and the relay. */
enum Via {
    /** Nothing. */
    DIRECT,
    /** HAProxy in HTTP mode. */
    HAPROXY,
    /** nginx with proxy_pass. */
    NGINX
}
