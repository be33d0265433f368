package io.tandem.relay.identity;

import java.nio.charset.StandardCharsets;

/** The key that a brand signs its agents' tokens with. Never printed. */
public final class AgentSecret {
    /** RFC 7518 asks for a key at least as long as the hash of HS256. */
    public static final int MIN_BYTES = 32;

    private final byte[] bytes;

    private AgentSecret(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * The UTF-8 bytes of a text.
     *
     * @throws IllegalArgumentException if they are fewer than {@link #MIN_BYTES}
     */
    public static AgentSecret of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < MIN_BYTES) {
            throw new IllegalArgumentException(
                    "an agent secret of " + bytes.length + " bytes; allowed are " + MIN_BYTES + " or more");
        }
        return new AgentSecret(bytes);
    }

    byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public String toString() {
        return "AgentSecret[hidden]";
    }
}
