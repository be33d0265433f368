package io.tandem.relay.identity;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** What the relay keeps of a secret: enough to know it again, nothing to give away. */
public final class SecretHash {
    private static final String ALGORITHM = "SHA-256";

    /** A node keeps three of these for each session: numbers are half of what an array of bytes is. */
    private final long first;

    private final long second;
    private final long third;
    private final long fourth;

    private SecretHash(ByteBuffer digest) {
        this.first = digest.getLong();
        this.second = digest.getLong();
        this.third = digest.getLong();
        this.fourth = digest.getLong();
    }

    /** The hash of a secret; the secrets are 128 random bits, so neither salt nor stretching adds anything. */
    public static SecretHash of(String secret) {
        return new SecretHash(digest(secret));
    }

    /** Whether this is the secret, in a time that does not depend on how much of it is right. */
    public boolean matches(String candidate) {
        SecretHash other = of(candidate);
        return ((first ^ other.first) | (second ^ other.second) | (third ^ other.third) | (fourth ^ other.fourth)) == 0;
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
