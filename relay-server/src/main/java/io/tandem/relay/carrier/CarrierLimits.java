package io.tandem.relay.carrier;

import io.netty.channel.WriteBufferWaterMark;

/**
 * The bounds of one carrier.
 *
 * @param resumeBytes below this a carrier that was full takes more again: half of the bound, so that the two do not
 *     alternate with every frame
 * @param inFlightBytes what may wait for a client before its carrier counts as full: two seconds of a 1 Mbit/s link
 * @param ceilingBytes what may wait in all: the frames that were already on their way when the carrier became full,
 *     four of the largest; a client over it is closed as overloaded
 * @param closeMillis how long a client may take to answer a close before its connection is cut
 */
public record CarrierLimits(int resumeBytes, int inFlightBytes, int ceilingBytes, long closeMillis) {
    /** The product's figures. */
    public static final CarrierLimits DEFAULTS = new CarrierLimits(128 << 10, 256 << 10, 4 << 20, 2_000);

    /** The water marks of a carrier's channel. */
    public WriteBufferWaterMark waterMark() {
        return new WriteBufferWaterMark(resumeBytes, inFlightBytes);
    }
}
