package io.tandem.load.simulation;

import java.security.SecureRandom;
import java.util.Locale;
import java.util.SplittableRandom;

/** All randomness of a world, from its seed. */
final class Chance {
    private final SplittableRandom random;

    Chance(long seed) {
        random = new SplittableRandom(seed);
    }

    long between(long lowest, long highest) {
        return random.nextLong(lowest, highest + 1);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean oneIn(int count) {
        return random.nextInt(count) == 0;
    }

    /** A secret of 128 bits, as a client draws one. */
    String secret() {
        return String.format(Locale.ROOT, "%016x%016x", random.nextLong(), random.nextLong());
    }

    /** The relay's source of secrets: as good as any for a world in which nobody guesses. */
    SecureRandom forSecrets() {
        return new Foreseeable(random.split());
    }

    private static final class Foreseeable extends SecureRandom {
        private static final long serialVersionUID = 1;
        private final transient SplittableRandom source;

        Foreseeable(SplittableRandom source) {
            this.source = source;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            source.nextBytes(bytes);
        }
    }
}
