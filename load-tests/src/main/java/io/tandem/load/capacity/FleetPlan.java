package io.tandem.load.capacity;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * How a number of sessions is carried by nodes that know nothing of each other: the balancer sends both ends of a session to the node that its id names, and the node to the loop that its id names.
 *
 * @param nodes that are needed, {@code spare} of them for those that fail
 * @param sessionsPerNode when all are well
 * @param meanLoad of a loop when all are well: 1 is all of its processor
 * @param highestLoad of the fullest loop, as the simulation had it
 * @param highestAfterFailure of the fullest loop when {@code spare} nodes have failed and their sessions are with the others
 * @param memoryBytes of the fullest node then
 * @param comebackSeconds how long the loops of the others are busy with nothing but letting the failed nodes' sessions in again
 * @param upMbps into a node when all are well; as much goes out again to the agents
 */
public record FleetPlan(
        int nodes,
        int spare,
        long sessionsPerNode,
        double meanLoad,
        double highestLoad,
        double highestAfterFailure,
        double memoryBytes,
        double comebackSeconds,
        double upMbps) {
    private static final double KBIT_PER_MBIT = 1000;

    /**
     * The fewest nodes whose loops are at {@code utilisation} in the mean when {@code spare} of them have failed, and then a throw of the dice for each session: its rate, its node and its loop.
     *
     * @throws IllegalArgumentException where utilisation is not over 0 and under 1, or spare is negative
     */
    public static FleetPlan of(Demand demand, Node node, double utilisation, int spare, RandomGenerator random) {
        Demand.require(utilisation > 0 && utilisation < 1, "utilisation", "over 0 and under 1");
        Demand.require(spare >= 0, "spare nodes", "0 or more");
        long each = node.sessionsAt(demand, utilisation);
        Demand.require(each >= 1, "frames a second", "so many that a node carries a session");
        int working = Math.toIntExact((demand.sessions() + each - 1) / each);
        int nodes = working + spare;
        double[] well = simulate(demand, node, nodes, random);
        double[] worst = spare == 0 ? well : simulate(demand, node, working, random);
        double perNode = (double) demand.sessions() / nodes;
        double lost = perNode * spare;
        return new FleetPlan(
                nodes,
                spare,
                Math.round(perNode),
                Arrays.stream(well).average().orElse(0),
                Arrays.stream(well).max().orElse(0),
                Arrays.stream(worst).max().orElse(0),
                node.memoryBytes((double) demand.sessions() / working),
                node.openingSeconds(lost / working),
                perNode * demand.upKbps() / KBIT_PER_MBIT);
    }

    /** The load of each loop of all nodes. */
    private static double[] simulate(Demand demand, Node node, int nodes, RandomGenerator random) {
        double[] loads = new double[Math.multiplyExact(nodes, node.loops())];
        double each = node.loadOf(demand.framesPerSecond(), demand.polling());
        // The mean of what is distributed so is 1 with this.
        double shift = -demand.spread() * demand.spread() / 2;
        for (long i = 0; i < demand.sessions(); i++) {
            double rate = demand.spread() == 0 ? 1 : Math.exp(shift + demand.spread() * random.nextGaussian());
            loads[random.nextInt(loads.length)] += each * rate;
        }
        return loads;
    }
}
