package io.tandem.relay.session;

import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.Lz4Payload;

/**
 * Every bound of a session, in one place.
 *
 * @param sessionsPerNode more would not fit the memory that a node is given
 * @param sessionsPerAddress one address is not to have the node to itself; as many as a large office's consumers behind one address have
 * @param invitationsPerSession a consumer is not to be pestered; also keeps participant numbers within a byte
 * @param participantsPerSession consumer, agent and observers: what a page frame is at most multiplied by
 * @param consumerGraceMillis how long a consumer may be away: a slow page load
 * @param agentGraceMillis how long an agent or observer may be away: a reload of the desk, a change of network
 * @param invitationMillis how long a consumer has to answer
 * @param idleMillis a live session in which nothing happens for so long ends by itself and frees its agent
 * @param maximumMillis a live session ends after this, whatever happens
 * @param helloDeadlineMillis a channel that says nothing is not kept
 * @param heartbeatMillis how often a silent client is asked whether it is there
 * @param highestLagMillis an event loop that is behind by more takes no new sessions, so that those it has keep their pace
 */
public record SessionLimits(
        int sessionsPerNode,
        int sessionsPerAddress,
        int invitationsPerSession,
        int participantsPerSession,
        long consumerGraceMillis,
        long agentGraceMillis,
        long invitationMillis,
        long idleMillis,
        long maximumMillis,
        long helloDeadlineMillis,
        long heartbeatMillis,
        long highestLagMillis) {
    /** The product's figures. */
    public static final SessionLimits DEFAULTS = new SessionLimits(
            20_000, 1_000, 32, 16, 30_000, 60_000, 120_000, 15 * 60_000, 4 * 60 * 60_000, 5_000, 20_000, 100);

    /** A channel is given up after so many heartbeats of silence. */
    static final int MISSED_HEARTBEATS = 3;

    /**
     * Who owes more than this is not let in: each new carrier brings what was read before it was held. Several times what a tag's window (256 KiB)
     * owes to the usual budget.
     */
    static final long HIGHEST_DEBT_MILLIS = 10_000;

    /** An ended session answers why for so long: a client finds within 2 s that its path is broken, and is back within 1 s of its return. */
    static final long FAREWELL_MILLIS = 10_000;

    /** A directory's lease outlives what it guards by this, so that the session's own timer always comes first. */
    static final long LEASE_MARGIN_MILLIS = 60_000;

    /**
     * A session tells the audit of so many steps, and how it ended: a consumer who goes from page to page all day, and too few for a pair that pauses and
     * goes on a thousand times a second to crowd others out.
     */
    static final int AUDIT_EVENTS = 4096;

    /** A consumer is asked for a higher mode so often in a session: who said no that often is not to be worn down. */
    static final int MODE_WISHES = 16;

    /** At most one BUDGET frame in this time: quality is for people to read. */
    static final long BUDGET_NOTICE_MILLIS = 1_000;

    /** A page's path is cut to this for the desk's list. */
    static final int PAGE_PATH_LENGTH = 512;

    /** The protocol's bound of a client's product and version. */
    static final int CLIENT_LENGTH = 64;

    private static final int HIGHEST_PARTICIPANT = 255;

    /** The same for a machine that has other work beside, which makes loops late without their being overloaded: none is too late for a session. */
    public SessionLimits howeverLate() {
        return new SessionLimits(
                sessionsPerNode,
                sessionsPerAddress,
                invitationsPerSession,
                participantsPerSession,
                consumerGraceMillis,
                agentGraceMillis,
                invitationMillis,
                idleMillis,
                maximumMillis,
                helloDeadlineMillis,
                heartbeatMillis,
                Long.MAX_VALUE);
    }

    /** Checks that participant numbers, which are never used twice, fit the sender byte. */
    public SessionLimits {
        if (invitationsPerSession + participantsPerSession > HIGHEST_PARTICIPANT) {
            throw new IllegalArgumentException("invitationsPerSession + participantsPerSession is "
                    + (invitationsPerSession + participantsPerSession) + "; allowed are " + HIGHEST_PARTICIPANT);
        }
    }

    /** The largest frame, as WELCOME says it. */
    int frameBytes() {
        return FrameHeader.MAX_FRAME_BYTES;
    }

    /** The largest expanded payload, as WELCOME says it. */
    int expandedBytes() {
        return Lz4Payload.MAX_EXPANDED_BYTES;
    }
}
