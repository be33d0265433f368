package io.tandem.relay.identity;

import java.net.URI;
import java.nio.file.Path;

/** Where a brand publishes the public keys (a JWK set, RFC 7517) that its tokens are verified with. Equal to others of the same place. */
public sealed interface KeySetSource extends AgentKeys {

    /** For the log: where, and nothing that could be a secret. */
    String label();

    /** A file, which is read again when it has changed. */
    record OfFile(Path file) implements KeySetSource {
        @Override
        public String label() {
            return file.toString();
        }
    }

    /**
     * An address, which is asked again and again.
     *
     * @param refreshMillis how long its answer is good
     */
    record OfUrl(URI url, long refreshMillis) implements KeySetSource {
        /** Long enough not to be a load, short enough that a key that was withdrawn is not believed for long. */
        public static final long REFRESH_MILLIS = 300_000;

        @Override
        public String label() {
            return url.getScheme() + "://" + url.getRawAuthority() + url.getRawPath();
        }
    }
}
