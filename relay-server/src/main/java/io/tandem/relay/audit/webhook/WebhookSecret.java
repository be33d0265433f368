package io.tandem.relay.audit.webhook;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The key by which a brand knows that a webhook is this relay's. Never printed. */
public final class WebhookSecret {
    /** As long as the hash: a shorter one is the weaker part. */
    public static final int MIN_BYTES = 32;

    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;

    private WebhookSecret(byte[] bytes) {
        this.key = new SecretKeySpec(bytes, ALGORITHM);
    }

    /**
     * The UTF-8 bytes of a text.
     *
     * @throws IllegalArgumentException if they are fewer than {@link #MIN_BYTES}
     */
    public static WebhookSecret of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < MIN_BYTES) {
            throw new IllegalArgumentException(
                    "a webhook secret of " + bytes.length + " bytes; allowed are " + MIN_BYTES + " or more");
        }
        return new WebhookSecret(bytes);
    }

    /** HMAC-SHA256 over {@code SECONDS.BODY}, in hex. */
    String sign(long epochSeconds, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update((epochSeconds + ".").getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(mac.doFinal(body));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    @Override
    public String toString() {
        return "WebhookSecret[hidden]";
    }
}
