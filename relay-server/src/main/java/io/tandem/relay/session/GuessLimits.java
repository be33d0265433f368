package io.tandem.relay.session;

/**
 * Every bound of phone codes, in one place.
 *
 * <p>What is left to guessing: a guess hits with a chance of {@code codesPerBrand} (those that stand) in a million, and of a brand's wrong codes {@code perBrand}
 * are looked at in a window, which is 200 in ten minutes, and 400 at worst where one window ends and the next begins. With a thousand codes read out at once that is a
 * hit in five windows (50 minutes), with ten codes one in 500 windows (three and a half days), and it takes the tokens of 40 agents. One agent alone has five tries: with ten codes a hit in
 * 20,000 windows (139 days). What a hit earns is an invitation under the guesser's own name, which the consumer has to accept.
 *
 * @param validMillis how long a code stands
 * @param codesPerBrand that stand at one time
 * @param codesPerSession a consumer is given in all
 * @param windowMillis in which wrong codes are counted
 * @param perAgent wrong codes of one agent
 * @param perAddress of all agents behind one address, an office's
 * @param perBrand of all the brand's agents
 */
public record GuessLimits(
        long validMillis,
        int codesPerBrand,
        int codesPerSession,
        long windowMillis,
        int perAgent,
        int perAddress,
        int perBrand) {
    /** The product's figures. */
    public static final GuessLimits DEFAULTS = new GuessLimits(10 * 60_000, 1_000, 20, 10 * 60_000, 5, 50, 200);
}
