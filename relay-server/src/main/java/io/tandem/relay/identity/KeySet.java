package io.tandem.relay.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a JWK set that sign tokens, as they were at one moment. A key's type says what it can verify: nothing that a token says changes
 * that. Keys for other purposes, of other types and for other algorithms are passed over.
 */
final class KeySet {
    /** Many times the largest set that providers of identities publish, certificates included. */
    static final int MAX_BYTES = 256 << 10;

    /** A provider that rolls its keys has two or three. */
    static final int MAX_KEYS = 64;

    /** What RFC 7518, section 3.3, asks for. */
    static final int MIN_RSA_BITS = 2048;

    /** Larger ones take longer to verify with than a token is worth. */
    static final int MAX_RSA_BITS = 8192;

    private record Key(@Nullable String id, TokenAlgorithm algorithm, JWSVerifier verifier) {}

    private final List<Key> keys;
    private final List<String> faults;

    private KeySet(List<Key> keys, List<String> faults) {
        this.keys = List.copyOf(keys);
        this.faults = List.copyOf(faults);
    }

    /**
     * Reads a set.
     *
     * @throws BadKeySet if it is none, or has no key that could verify a token
     */
    static KeySet parse(byte[] json) throws BadKeySet {
        if (json.length > MAX_BYTES) {
            throw new BadKeySet("more than the " + MAX_BYTES + " bytes that are allowed");
        }
        List<JWK> found;
        try {
            found = JWKSet.parse(new String(json, StandardCharsets.UTF_8)).getKeys();
        } catch (ParseException | IllegalArgumentException e) {
            throw new BadKeySet("no JWK set (RFC 7517): required is an object with \"keys\"");
        }
        if (found.size() > MAX_KEYS) {
            throw new BadKeySet(found.size() + " keys; allowed are " + MAX_KEYS);
        }
        List<Key> keys = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            try {
                Key key = keyOf(found.get(i));
                if (key != null) {
                    keys.add(key);
                }
            } catch (BadKeySet bad) {
                faults.add("key " + (i + 1) + " of " + found.size() + ": " + bad.getMessage());
            }
        }
        if (keys.isEmpty()) {
            throw new BadKeySet(
                    "no key that verifies RS256 or ES256" + (faults.isEmpty() ? "" : "; " + String.join("; ", faults)));
        }
        return new KeySet(keys, faults);
    }

    private static @Nullable Key keyOf(JWK key) throws BadKeySet {
        boolean signs = key.getKeyUse() == null || KeyUse.SIGNATURE.equals(key.getKeyUse());
        Set<KeyOperation> operations = key.getKeyOperations();
        if (!signs || (operations != null && !operations.contains(KeyOperation.VERIFY))) {
            return null;
        }
        if (key instanceof RSAKey rsa && isFor(key, TokenAlgorithm.RS256)) {
            return rsaKey(rsa);
        }
        if (key instanceof ECKey ec && isFor(key, TokenAlgorithm.ES256) && Curve.P_256.equals(ec.getCurve())) {
            requirePublic(key);
            try {
                return new Key(key.getKeyID(), TokenAlgorithm.ES256, new ECDSAVerifier(ec.toECPublicKey()));
            } catch (JOSEException e) {
                throw new BadKeySet("no point of P-256");
            }
        }
        return null;
    }

    private static boolean isFor(JWK key, TokenAlgorithm algorithm) {
        return key.getAlgorithm() == null
                || key.getAlgorithm().getName().equals(algorithm.jose().getName());
    }

    private static Key rsaKey(RSAKey key) throws BadKeySet {
        requirePublic(key);
        int bits = key.size();
        if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
            throw new BadKeySet("an RSA key of " + bits + " bits; allowed are " + MIN_RSA_BITS + " to " + MAX_RSA_BITS);
        }
        try {
            return new Key(key.getKeyID(), TokenAlgorithm.RS256, new RSASSAVerifier(key.toRSAPublicKey()));
        } catch (JOSEException e) {
            throw new BadKeySet("no RSA key");
        }
    }

    private static void requirePublic(JWK key) throws BadKeySet {
        if (key.isPrivate()) {
            throw new BadKeySet("a private key; allowed are public ones");
        }
    }

    /** Keys that should have been good for something and are not, and why. */
    List<String> faults() {
        return faults;
    }

    int size() {
        return keys.size();
    }

    /** Whether no key has this id, so that a newer set could have one. */
    boolean lacks(@Nullable String keyId) {
        return keyId != null && keys.stream().noneMatch(key -> keyId.equals(key.id()));
    }

    /**
     * What verifies a token of this key's id by this algorithm; a token that names no key is verified by the only one that there is for its
     * algorithm. Null where there is none.
     */
    @Nullable
    JWSVerifier find(@Nullable String keyId, TokenAlgorithm algorithm) {
        List<Key> fitting = keys.stream()
                .filter(key -> key.algorithm() == algorithm && (keyId == null || Objects.equals(key.id(), keyId)))
                .toList();
        return fitting.size() == 1 ? fitting.get(0).verifier() : null;
    }
}
