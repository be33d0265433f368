package io.tandem.relay.identity;

import java.security.SecureRandom;
import java.util.Base64;

/**
 * Makes grants, resume secrets and ids: 128 random bits in 22 characters of base64url.
 *
 * <p>Called on event loops: give it a source that never blocks ({@code SecureRandom.getInstance("DRBG")}, used once before).
 */
public final class Secrets {
    private static final int SECRET_BYTES = 128 / Byte.SIZE;
    private static final int DECIMAL = 10;
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private final SecureRandom random;

    /** Draws from this source. */
    public Secrets(SecureRandom random) {
        this.random = random;
    }

    /** A new secret, which nobody can guess. */
    public String next() {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return ENCODER.encodeToString(bytes);
    }

    /** So many random digits, 1 to 9 of them, each number as likely as any other. */
    public String digits(int count) {
        int bound = 1;
        for (int i = 0; i < count; i++) {
            bound *= DECIMAL;
        }
        return Integer.toString(bound + random.nextInt(bound)).substring(1);
    }
}
