package io.tandem.load.netlab;

/**
 * What a path has and had.
 *
 * @param opened connections since the start
 * @param links connections now
 * @param leftAlone further ones, which came in the dark and that the relay has not heard of
 * @param webSockets of them, those that carry a WebSocket
 * @param longPolls of them, those whose last request was of a long-poll
 * @param bytesOnTheWay what has entered and not arrived
 * @param upBytes what was carried to the relay
 * @param downBytes what was carried to clients
 */
public record PathFigures(
        long opened,
        int links,
        int leftAlone,
        int webSockets,
        int longPolls,
        long bytesOnTheWay,
        long upBytes,
        long downBytes) {}
