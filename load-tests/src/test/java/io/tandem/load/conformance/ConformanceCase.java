package io.tandem.load.conformance;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;

/**
 * What a client sends and what must come back.
 *
 * @param name what it is about
 * @param script the same on every path, but for those that are named below
 * @param differing what a balancer changes
 */
record ConformanceCase(String name, Script script, Map<Via, Difference> differing) {
    /** Sends, and says what is expected. */
    interface Script {
        void run(Talk talk) throws IOException;
    }

    /**
     * What is expected on a path where a balancer acts by itself.
     *
     * @param reason why it may
     */
    record Difference(String reason, Script script) {}

    static ConformanceCase of(String name, Script script) {
        return new ConformanceCase(name, script, Map.of());
    }

    /** On this path something else is right, for this reason. */
    ConformanceCase but(Via via, String reason, Script instead) {
        Map<Via, Difference> more = new EnumMap<>(Via.class);
        more.putAll(differing);
        more.put(via, new Difference(reason, instead));
        return new ConformanceCase(name, script, more);
    }

    Script on(Via via) {
        Difference difference = differing.get(via);
        return difference == null ? script : difference.script();
    }
}
