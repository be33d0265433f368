package io.tandem.relay.session;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Remembers, for all nodes together, which session each code stands for that a consumer reads to an agent on the phone.
 *
 * <p>Guarantees: a brand's codes differ while they stand; one stands until it is revoked or its time is over, whichever is first; how long a lookup
 * takes does not depend on how much of a code is right. Results may complete on any thread. A stage completes exceptionally only when the codes
 * cannot be reached.
 */
public interface PhoneCodes {
    /** Digits of a code: what is read and typed without a slip. {@link GuessLimits} says what that leaves to guessing. */
    int DIGITS = 6;

    /**
     * A code for this session, drawn at random.
     *
     * @return nothing where as many of the brand's codes stand as may
     */
    CompletionStage<Optional<String>> issue(String brand, String session, long validMillis);

    /** The session that a code stands for; whoever asks has been counted by {@link CodeGuesses} before. */
    CompletionStage<Optional<String>> find(String brand, String code);

    /** It stands for this session no more; one that stands for another by now is that one's. */
    CompletionStage<@Nullable Void> revoke(String brand, String code, String session);
}
