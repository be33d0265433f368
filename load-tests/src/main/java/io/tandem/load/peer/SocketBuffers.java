package io.tandem.load.peer;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;

/**
 * What the kernel of a client keeps for a connection in each direction.
 *
 * @param receiveBytes that came and were not read; 0: as the kernel likes
 * @param sendBytes that were sent and did not arrive; 0: as the kernel likes
 */
public record SocketBuffers(int receiveBytes, int sendBytes) {
    /** On loopback several MiB, in which whole minutes of a page can wait. */
    public static final SocketBuffers USUAL = new SocketBuffers(0, 0);

    /** So little that whoever stops is felt at once. */
    public static final SocketBuffers SMALL = new SocketBuffers(16 << 10, 16 << 10);

    Bootstrap applyTo(Bootstrap bootstrap) {
        if (receiveBytes > 0) {
            bootstrap.option(ChannelOption.SO_RCVBUF, receiveBytes);
        }
        return sendBytes > 0 ? bootstrap.option(ChannelOption.SO_SNDBUF, sendBytes) : bootstrap;
    }
}
