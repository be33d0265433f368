package io.tandem.load.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.load.delivery.ActionInbox;
import io.tandem.load.delivery.DeliveryClock;
import io.tandem.load.delivery.DeliveryFrame;
import io.tandem.load.delivery.PageReceiver;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nothing is lost, doubled, reordered, late or mispaired in any world; a world with a mistake in it shows it.
 *
 * <p>{@code -Dtandem.simulation.seed=N} lives through one world again and writes down what happens in it; {@code -Dtandem.simulation.seeds=N} through so
 * many.
 */
class SimulationTest {
    private static final String REPLAY = "tandem.simulation.seed";
    private static final String COUNT = "tandem.simulation.seeds";
    private static final long USUAL_COUNT = 100_000;

    /** A mistake that shows in fewer worlds than this is none that the usual count could miss. */
    private static final long ENOUGH_TO_SHOW = 2_000;

    @Test
    void shouldKeepEveryPromiseInEveryWorld() throws InterruptedException {
        Long replayed = Long.getLong(REPLAY);
        if (replayed != null) {
            System.out.println(new World(replayed, Machines.RIGHT, System.out::println).live());
            return;
        }
        long asked = Long.getLong(COUNT, USUAL_COUNT);
        Simulation.Report report = new Simulation(Machines.RIGHT).run(0, asked, Integer.MAX_VALUE);
        System.out.println(report);
        assertThat(report.seeds()).as("worlds that were lived through").isEqualTo(asked);
        assertThat(report.failures())
                .as("seeds of worlds that went wrong: live through one again with -D" + REPLAY)
                .isEmpty();
        assertThat(report.happened()).as("actions that happened").isGreaterThan(report.seeds());
    }

    @Test
    void shouldLiveThroughAWorldAgainAsItWas() {
        StringBuilder once = new StringBuilder();
        StringBuilder again = new StringBuilder();
        new World(7, Machines.RIGHT, line -> once.append(line).append('\n')).live();
        new World(7, Machines.RIGHT, line -> again.append(line).append('\n')).live();
        assertThat(again).hasToString(once.toString()).isNotEmpty();
    }

    @Test
    void shouldTellOfAWorldThatDiesOfAnError() throws InterruptedException {
        Machines broken = new Machines() {
            @Override
            public boolean isMispaired(Chance chance) {
                throw new AssertionError("a machine that breaks");
            }
        };
        Simulation.Report report = new Simulation(broken).run(0, 10, Integer.MAX_VALUE);
        assertThat(report.seeds()).isEqualTo(10);
        assertThat(report.failures().values())
                .hasSize(10)
                .allSatisfy(failure -> assertThat(failure).contains("a machine that breaks"));
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of("an action is not known again", "twice", new Machines() {
                    @Override
                    public ActionInbox inbox(
                            ActionInbox.Memory memory, DeliveryFrame.Sender out, ActionInbox.Document document) {
                        return new ActionInbox(memory, out, document) {
                            @Override
                            protected boolean isAnswered(DeliveryFrame action) {
                                return false;
                            }
                        };
                    }
                }),
                Arguments.of("a page frame is not known again", "order", new Machines() {
                    @Override
                    public PageReceiver receiver(
                            DeliveryClock clock, DeliveryFrame.Sender out, PageReceiver.Mirror mirror, long mark) {
                        return new PageReceiver(clock, out, mirror, mark) {
                            @Override
                            protected boolean isKnown(DeliveryFrame frame) {
                                return false;
                            }
                        };
                    }
                }),
                Arguments.of("the last frame is not acknowledged", "never at rest", new Machines() {
                    @Override
                    public PageReceiver receiver(
                            DeliveryClock clock, DeliveryFrame.Sender out, PageReceiver.Mirror mirror, long mark) {
                        return new PageReceiver(clock, out, mirror, mark) {
                            @Override
                            protected long acknowledged(long processed) {
                                return processed - 1;
                            }
                        };
                    }
                }),
                Arguments.of("a frame is acknowledged before it came", "never at rest", new Machines() {
                    @Override
                    public PageReceiver receiver(
                            DeliveryClock clock, DeliveryFrame.Sender out, PageReceiver.Mirror mirror, long mark) {
                        return new PageReceiver(clock, out, mirror, mark) {
                            @Override
                            protected long acknowledged(long processed) {
                                return processed + 1;
                            }
                        };
                    }
                }),
                Arguments.of("the epoch is forgotten", "stale", new Machines() {
                    @Override
                    public ActionInbox inbox(
                            ActionInbox.Memory memory, DeliveryFrame.Sender out, ActionInbox.Document document) {
                        return new ActionInbox(memory, out, document) {
                            @Override
                            protected boolean isOfThisDocument(DeliveryFrame action) {
                                return true;
                            }
                        };
                    }
                }),
                Arguments.of("the deadline is forgotten", "told APPLIED", new Machines() {
                    @Override
                    public ActionInbox inbox(
                            ActionInbox.Memory memory, DeliveryFrame.Sender out, ActionInbox.Document document) {
                        return new ActionInbox(memory, out, document) {
                            @Override
                            protected boolean isLate(DeliveryFrame action) {
                                return false;
                            }
                        };
                    }
                }),
                Arguments.of("a frame goes to another session", "mispaired", new Machines() {
                    @Override
                    public boolean isMispaired(Chance chance) {
                        return chance.oneIn(500);
                    }
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void shouldShowAMistake(String name, String shownAs, Machines machines) throws InterruptedException {
        Simulation.Report report = new Simulation(machines).run(0, ENOUGH_TO_SHOW, 10);
        assertThat(report.failures()).as(name).isNotEmpty();
        assertThat(report.failures().values())
                .as(name)
                .anySatisfy(failure -> assertThat(failure).contains(shownAs));
    }
}
