package io.tandem.relay.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/** The key that a brand signs its agents' tokens with. Never printed. */
public final class AgentSecret implements AgentKeys {
    /** RFC 7518 asks for a key at least as long as the hash of HS256. */
    public static final int MIN_BYTES = 32;

    private final byte[] bytes;
    private final JWSVerifier verifier;

    private AgentSecret(byte[] bytes) {
        this.bytes = bytes;
        try {
            this.verifier = new MACVerifier(bytes);
        } catch (JOSEException e) {
            throw new IllegalArgumentException("an agent secret that does not fit HS256", e);
        }
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

    JWSVerifier verifier() {
        return verifier;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AgentSecret secret && MessageDigest.isEqual(bytes, secret.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "AgentSecret[hidden]";
    }
}
