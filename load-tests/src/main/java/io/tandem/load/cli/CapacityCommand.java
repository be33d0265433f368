package io.tandem.load.cli;

import io.tandem.load.capacity.Demand;
import io.tandem.load.capacity.FleetPlan;
import io.tandem.load.capacity.Node;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** From what was measured to how many nodes are needed. */
@Command(
        name = "capacity",
        description =
                "Says how many relays a number of sessions needs: the measured costs, and a simulation of how evenly sessions share the"
                        + " nodes' event loops. Starts nothing.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
final class CapacityCommand implements Callable<Integer> {
    private static final double BYTES_PER_KIB = 1024;
    private static final double BYTES_PER_MIB = 1 << 20;

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Option(names = "--sessions", description = "at one time")
    long sessions = 1_000_000;

    @Option(names = "--rate", description = "frames a second of one session, both ways and with acknowledgements")
    double rate = 10;

    @Option(names = "--spread", description = "of the sessions' rates: standard deviation of their logarithm")
    double spread = 1;

    @Option(names = "--up-kbit", description = "kbit/s of one consumer in the mean")
    double upKbit = 60;

    @Option(names = "--polling", description = "share of the sessions that poll")
    double polling = 0.02;

    @Option(names = "--cores", description = "processors of a node, each with an event loop")
    int cores = 8;

    @Option(names = "--utilisation", description = "of the processors, in the mean, when the spare nodes have failed")
    double utilisation = 0.6;

    @Option(names = "--spare", description = "nodes that may fail at one time")
    int spare = 1;

    @Option(
            names = "--frame-micros",
            description = "processor time for a frame by WebSocket; measure your own machine's with growth")
    double frameMicros = FRAME_MICROS;

    @Option(names = "--poll-frame-micros", description = "the same by long-polling")
    double pollFrameMicros = POLL_FRAME_MICROS;

    @Option(names = "--open-micros", description = "processor time to open a session")
    double openMicros = OPEN_MICROS;

    @Option(names = "--connection-kib", description = "of the process for one connection")
    double connectionKib = CONNECTION_KIB;

    @Option(names = "--kernel-kib", description = "of the kernel for one connection")
    double kernelKib = KERNEL_KIB;

    @Option(names = "--base-mib", description = "of the process without sessions")
    double baseMib = BASE_MIB;

    @Option(names = "--seed", description = "of the simulation")
    long seed = 1;

    // What docs/CAPACITY.md has, or more: processors and heaps of others are not those that were measured.
    private static final double FRAME_MICROS = 22;
    private static final double POLL_FRAME_MICROS = 100;
    private static final double OPEN_MICROS = 2_500;
    private static final double CONNECTION_KIB = 13;
    private static final double KERNEL_KIB = 5;
    private static final double BASE_MIB = 400;

    @Override
    public Integer call() {
        FleetPlan plan;
        try {
            plan = FleetPlan.of(
                    new Demand(sessions, rate, spread, upKbit, polling),
                    new Node(
                            cores,
                            frameMicros,
                            pollFrameMicros,
                            openMicros,
                            connectionKib * BYTES_PER_KIB,
                            kernelKib * BYTES_PER_KIB,
                            baseMib * BYTES_PER_MIB),
                    utilisation,
                    spare,
                    new SplittableRandom(seed));
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
        }
        System.out.print(words(plan));
        return 0;
    }

    private String words(FleetPlan plan) {
        return String.format(
                Locale.ROOT,
                "nodes        %d of %d processors, %d of them spare%n"
                        + "sessions     %d on each when all are well, %d on each when the spare ones have failed%n"
                        + "processors   %.0f %% busy in the mean, %.0f %% the fullest; %.0f %% the fullest when the spare ones have failed%n"
                        + "memory       %.1f GiB on each then, the kernel's for its connections included%n"
                        + "come back    %.1f s until the sessions of failed nodes are let in again, by processors alone%n"
                        + "network      %.0f Mbit/s into each from consumers, as much out to agents%n",
                plan.nodes(),
                cores,
                plan.spare(),
                plan.sessionsPerNode(),
                Math.round((double) sessions / (plan.nodes() - plan.spare())),
                100 * plan.meanLoad(),
                100 * plan.highestLoad(),
                100 * plan.highestAfterFailure(),
                plan.memoryBytes() / BYTES_PER_MIB / BYTES_PER_KIB,
                plan.comebackSeconds(),
                plan.upMbps());
    }
}
