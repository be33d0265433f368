package io.tandem.relay.session;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Places in tables of a fixed size, for counting by something that there may be any number of. That two share a place is rare as long as they are fewer
 * than places, and nobody can choose something that shares another's. Any thread may ask.
 */
final class SaltedPlaces {
    /** A quarter of a megabyte of counters, and three times as many as a node has sessions by default. */
    static final int COUNT = 1 << 16;

    private final byte[] salt;

    /** @param salt random characters */
    SaltedPlaces(String salt) {
        this.salt = salt.getBytes(StandardCharsets.US_ASCII);
    }

    /** From 0 to below {@link #COUNT}. */
    int of(byte[] what) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(salt);
            return Math.floorMod(ByteBuffer.wrap(digest.digest(what)).getInt(), COUNT);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    int of(String what) {
        return of(what.getBytes(StandardCharsets.UTF_8));
    }
}
