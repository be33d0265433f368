package io.tandem.relay.cluster.local;

import io.netty.util.concurrent.Ticker;
import io.tandem.relay.session.SessionDirectory;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The directory of a node that is alone. Never fails and always answers at once. */
public final class LocalSessionDirectory implements SessionDirectory {
    /** The claim is the one that was granted; how far it has come is the lease's own. */
    private record Lease(Claim granted, Stage stage, long untilNanos) {
        Claim claim() {
            return granted.stage() == stage ? granted : granted.withStage(stage);
        }
    }

    private final Map<AgentKey, Lease> leases = new ConcurrentHashMap<>();
    private final Ticker ticker;

    /** Knows of no claim; leases run out by this ticker. */
    public LocalSessionDirectory(Ticker ticker) {
        this.ticker = ticker;
    }

    @Override
    public CompletionStage<Claim> claim(Claim wanted, long leaseMillis) {
        Lease fresh = lease(wanted, wanted.stage(), leaseMillis);
        Lease standing = leases.merge(wanted.agent(), fresh, (old, wish) -> hasRunOut(old) ? wish : old);
        return CompletableFuture.completedFuture(standing.claim());
    }

    @Override
    public CompletionStage<Boolean> activate(Claim claim, long leaseMillis) {
        Lease active = lease(claim, Stage.ACTIVE, leaseMillis);
        Lease now = leases.computeIfPresent(claim.agent(), (agent, old) -> isStanding(old, claim) ? active : old);
        return CompletableFuture.completedFuture(active.equals(now));
    }

    @Override
    public CompletionStage<@Nullable Void> release(Claim claim) {
        leases.computeIfPresent(claim.agent(), (agent, old) -> old.claim().sameEngagement(claim) ? null : old);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Optional<Claim>> find(AgentKey agent) {
        Lease lease = leases.get(agent);
        return CompletableFuture.completedFuture(
                lease == null || hasRunOut(lease) ? Optional.empty() : Optional.of(lease.claim()));
    }

    private Lease lease(Claim claim, Stage stage, long leaseMillis) {
        return new Lease(claim, stage, ticker.nanoTime() + TimeUnit.MILLISECONDS.toNanos(leaseMillis));
    }

    private boolean isStanding(Lease lease, Claim claim) {
        return lease.claim().sameEngagement(claim) && !hasRunOut(lease);
    }

    private boolean hasRunOut(Lease lease) {
        return ticker.nanoTime() - lease.untilNanos() >= 0;
    }
}
