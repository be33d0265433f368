package io.tandem.relay.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import io.tandem.relay.identity.AgentIdentity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CodeGuessesTest {
    private static final GuessLimits LIMITS = GuessLimits.DEFAULTS;

    private final MockTicker ticker = Ticker.newMockTicker();
    private final CodeGuesses guesses = new CodeGuesses(LIMITS, ticker, new SaltedPlaces("salt"));

    private static AgentIdentity agent(int number) {
        return new AgentIdentity(SessionWorld.BRAND, "agent-" + number, "Agent");
    }

    private static InetSocketAddress address(int number) {
        byte[] bytes = {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number};
        try {
            return new InetSocketAddress(InetAddress.getByAddress(bytes), 1);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private int letIn(int tries, int agents, int addresses) {
        int in = 0;
        for (int i = 0; i < tries; i++) {
            in += guesses.enter(agent(i % agents), address(i % addresses)) == null ? 0 : 1;
        }
        return in;
    }

    @Test
    void shouldLookAtFiveWrongCodesOfAnAgentAndNoMoreUntilTheWindowIsOver() {
        assertThat(letIn(100, 1, 1)).isEqualTo(LIMITS.perAgent());
        assertThat(guesses.enter(agent(1), address(0))).isNotNull();
        ticker.advance(guesses.lockedMillis() - 1, TimeUnit.MILLISECONDS);
        assertThat(guesses.enter(agent(0), address(0))).isNull();
        ticker.advance(1, TimeUnit.MILLISECONDS);
        assertThat(guesses.enter(agent(0), address(0))).isNotNull();
    }

    @Test
    void shouldNotCountWhatWasRight() {
        for (int i = 0; i < 100; i++) {
            Objects.requireNonNull(guesses.enter(agent(0), address(0))).forgive();
        }
        assertThat(letIn(100, 1, 1)).isEqualTo(LIMITS.perAgent());
    }

    @Test
    void shouldBoundAnAddressWhateverAgentsItNames() {
        assertThat(letIn(10_000, 1_000, 1)).isEqualTo(LIMITS.perAddress());
        assertThat(guesses.enter(agent(5_000), address(1))).isNotNull();
    }

    @Test
    void shouldNotCountTheAddressOfAProxyOnThisMachine() {
        InetSocketAddress own = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        for (int i = 0; i <= LIMITS.perAddress(); i++) {
            assertThat(guesses.enter(agent(i), own)).isNotNull();
        }
    }

    @Test
    void shouldLetOneBrandsAgentsLockNoOthersAtTheSameAddress() {
        letIn(10_000, 1_000, 1);
        AgentIdentity other = new AgentIdentity(SessionWorld.OTHER_BRAND, "ada", "Ada");
        assertThat(guesses.enter(other, address(0))).isNotNull();
    }

    /** What the limits' description computes: within each window no more than a brand's share is looked at, whoever they come from. */
    @Test
    void shouldBoundAMillionGuessesFromManyAddresses() {
        int windows = 10;
        int in = 0;
        for (int window = 0; window < windows; window++) {
            in += letIn(100_000, 10_000, 50_000);
            ticker.advance(LIMITS.windowMillis(), TimeUnit.MILLISECONDS);
        }
        assertThat(in).isEqualTo(windows * LIMITS.perBrand());
        AgentIdentity other = new AgentIdentity(SessionWorld.OTHER_BRAND, "ada", "Ada");
        letIn(100_000, 10_000, 50_000);
        assertThat(guesses.enter(other, address(60_000))).as("of another brand").isNotNull();
    }
}
