package io.tandem.relay.session;

import io.netty.util.concurrent.Ticker;
import io.tandem.relay.identity.Brands;
import io.tandem.relay.identity.Secrets;
import io.tandem.relay.metering.Budgets;
import io.tandem.relay.metering.RelayMeters;

/**
 * What sessions need from around them.
 *
 * @param node this node's name in the directory
 * @param ticker the same that the loops' timers run by
 */
public record SessionServices(
        String node,
        Brands brands,
        SessionDirectory directory,
        Secrets secrets,
        RelayMeters meters,
        Ticker ticker,
        SessionLimits limits,
        Budgets budgets) {}
