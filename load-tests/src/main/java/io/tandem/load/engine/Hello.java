package io.tandem.load.engine;

import org.jspecify.annotations.Nullable;

/** What a client says first (protocol, section 3.1). */
final class Hello {
    private static final String CLIENT = "\"client\":\"tandem-load/0.1\",\"lz4\":true,";

    private Hello() {}

    /** A consumer that opens a session. */
    static String consumer(TandemSession.Plan plan) {
        return "{\"protocol\":[1,1],\"role\":\"consumer\"," + CLIENT + "\"brand\":\"" + plan.brand()
                + "\",\"page\":{\"origin\":\"" + plan.origin() + "\",\"path\":\"/load\"}}";
    }

    /** The same document's consumer, on another carrier. */
    static String consumer(TandemSession.Plan plan, String resume, long attempt) {
        return "{\"protocol\":[1,1],\"role\":\"consumer\"," + CLIENT + "\"brand\":\"" + plan.brand()
                + "\",\"continues\":true,\"resume\":\"" + resume + "\",\"attempt\":" + attempt + "}";
    }

    /**
     * An agent.
     *
     * @param resume what it was given by an earlier WELCOME; null where it comes for the first time
     */
    static String agent(String grant, @Nullable String resume, long attempt) {
        return "{\"protocol\":[1,1],\"role\":\"agent\"," + CLIENT + "\"grant\":\"" + grant + "\",\"mark\":"
                + ResumingPair.MARK + (resume == null ? "" : ",\"resume\":\"" + resume + "\",\"attempt\":" + attempt)
                + "}";
    }
}
