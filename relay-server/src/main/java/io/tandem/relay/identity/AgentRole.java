package io.tandem.relay.identity;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a token makes of its bearer. Who takes part in a session has a {@link Role} there. */
public enum AgentRole {
    /** Invites consumers, and browses with those who accept. */
    AGENT(Role.AGENT),
    /** Looks on at the sessions of the brand's agents. */
    SUPERVISOR(Role.OBSERVER);

    private final Role inSession;
    private final String wireName = name().toLowerCase(Locale.ROOT);

    AgentRole(Role inSession) {
        this.inSession = inSession;
    }

    /** What they are in a session that they take part in. */
    public Role inSession() {
        return inSession;
    }

    /** The value of the claim {@code role}. */
    public String wireName() {
        return wireName;
    }

    /** The role of a claim's value, or null. */
    public static @Nullable AgentRole ofWireName(String name) {
        for (AgentRole role : values()) {
            if (role.wireName.equals(name)) {
                return role;
            }
        }
        return null;
    }

    /** All values of the claim. */
    static List<String> wireNames() {
        return Arrays.stream(values()).map(AgentRole::wireName).toList();
    }
}
