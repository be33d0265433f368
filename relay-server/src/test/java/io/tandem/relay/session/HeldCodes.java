package io.tandem.relay.session;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Codes that come from elsewhere, as in a cluster: while held, they come when a test says so. */
public final class HeldCodes implements PhoneCodes {
    private final PhoneCodes codes;
    private final Queue<Runnable> held = new ArrayDeque<>();
    private boolean holds;

    HeldCodes(PhoneCodes codes) {
        this.codes = codes;
    }

    public void hold() {
        holds = true;
    }

    /** Lets come what was held, in its order. */
    public void release() {
        holds = false;
        while (!held.isEmpty()) {
            held.remove().run();
        }
    }

    @Override
    public CompletionStage<Optional<String>> issue(String brand, String session, long validMillis) {
        CompletionStage<Optional<String>> issued = codes.issue(brand, session, validMillis);
        if (!holds) {
            return issued;
        }
        CompletableFuture<Optional<String>> later = new CompletableFuture<>();
        held.add(() -> issued.thenAccept(later::complete));
        return later;
    }

    @Override
    public CompletionStage<Optional<String>> find(String brand, String code) {
        return codes.find(brand, code);
    }

    @Override
    public CompletionStage<@Nullable Void> revoke(String brand, String code, String session) {
        return codes.revoke(brand, code, session);
    }
}
