package io.tandem.load.rival;

/** On what all sessions of a side-by-side ride. */
public enum Transport {
    /** WebSockets. */
    WEBSOCKET("WebSocket"),
    /** Long-polling, by those that have it. */
    LONG_POLL("long-polling");

    private final String words;

    Transport(String words) {
        this.words = words;
    }

    /** For reports. */
    public String words() {
        return words;
    }
}
