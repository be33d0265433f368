package io.tandem.load.engine;

/**
 * What a channel has moved over the network by now: all that its carrier sent and got, but for TCP and IP.
 *
 * @param upBytes from the client
 * @param downBytes to the client
 */
public record Traffic(long upBytes, long downBytes) {
    /** Nothing. */
    public static final Traffic NONE = new Traffic(0, 0);

    /** Since an earlier moment; nothing where the channel is another one by now. */
    public Traffic since(Traffic earlier) {
        return new Traffic(Math.max(0, upBytes - earlier.upBytes), Math.max(0, downBytes - earlier.downBytes));
    }
}
