package io.tandem.relay.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** What the relay keeps of a secret: enough to know it again, nothing to give away. */
public final class SecretHash {
    private static final String ALGORITHM = "SHA-256";

    private final byte[] digest;

    private SecretHash(byte[] digest) {
        this.digest = digest;
    }

    /** The hash of a secret; the secrets are 128 random bits, so neither salt nor stretching adds anything. */
    public static SecretHash of(String secret) {
        return new SecretHash(digest(secret));
    }

    /** Whether this is the secret, in a time that does not depend on how much of it is right. */
    public boolean matches(String candidate) {
        return MessageDigest.isEqual(digest, digest(candidate));
    }

    private static byte[] digest(String secret) {
        try {
            return MessageDigest.getInstance(ALGORITHM).digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}
