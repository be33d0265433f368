package io.tandem.relay.identity;

import com.nimbusds.jose.JWSAlgorithm;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The algorithms that a token may be signed with. A brand's configuration says which of them, and no token chooses another. */
public enum TokenAlgorithm {
    /** HMAC with SHA-256: by a secret. */
    HS256,
    /** RSA PKCS #1 v1.5 with SHA-256: by a public key. */
    RS256,
    /** ECDSA on P-256 with SHA-256: by a public key. */
    ES256;

    /** The one that a token's header names, or null for any other, {@code none} among them. */
    static @Nullable TokenAlgorithm of(@Nullable JWSAlgorithm named) {
        for (TokenAlgorithm algorithm : values()) {
            if (algorithm.jose().equals(named)) {
                return algorithm;
            }
        }
        return null;
    }

    JWSAlgorithm jose() {
        return JWSAlgorithm.parse(name());
    }

    static String names() {
        return Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "));
    }
}
