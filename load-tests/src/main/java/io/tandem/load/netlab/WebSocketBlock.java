package io.tandem.load.netlab;

/** How a path that carries no WebSocket says so. */
public enum WebSocketBlock {
    /** It carries them. */
    OFF,
    /** By an answer: 403. */
    FORBIDDEN,
    /** By ending the connection without an answer. */
    CLOSED,
    /** Not at all: the request stays unanswered. */
    HANGING
}
