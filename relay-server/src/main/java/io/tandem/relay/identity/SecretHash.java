package io.tandem.relay.identity;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** What the relay keeps of a secret: enough to know it again, nothing to give away. */
public final class SecretHash {
    private static final String ALGORITHM = "SHA-256";

    /** The digest's first 128 bits, as many as a secret has: more would not make it harder to guess, and a node keeps three for each session. */
    private final long high;

    private final long low;

    private SecretHash(ByteBuffer digest) {
        this.high = digest.getLong();
        this.low = digest.getLong();
    }

    /** The hash of a secret; the secrets are 128 random bits, so neither salt nor stretching adds anything. */
    public static SecretHash of(String secret) {
        return new SecretHash(digest(secret));
    }

    /** Whether this is the secret, in a time that does not depend on how much of it is right. */
    public boolean matches(String candidate) {
        SecretHash other = of(candidate);
        return ((high ^ other.high) | (low ^ other.low)) == 0;
    }

    private static ByteBuffer digest(String secret) {
        try {
            byte[] text = secret.getBytes(StandardCharsets.UTF_8);
            return ByteBuffer.wrap(MessageDigest.getInstance(ALGORITHM).digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}
