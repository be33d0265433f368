package io.tandem.relay.session;

import io.netty.util.concurrent.Ticker;
import io.tandem.relay.identity.Brands;
import io.tandem.relay.identity.Secrets;
import io.tandem.relay.metering.Budgets;
import io.tandem.relay.metering.RelayMeters;
import java.util.function.Supplier;

/**
 * What sessions need from around them.
 *
 * @param node this node's name in the directory
 * @param brands those that are served at each moment
 * @param codes those that consumers read to agents on the phone
 * @param guessLimits of those codes
 * @param audit hears who did what
 * @param ticker the same that the loops' timers run by
 */
public record SessionServices(
        String node,
        Supplier<Brands> brands,
        SessionDirectory directory,
        PhoneCodes codes,
        GuessLimits guessLimits,
        Secrets secrets,
        RelayMeters meters,
        AuditSink audit,
        Ticker ticker,
        SessionLimits limits,
        Supplier<Budgets> budgets) {}
