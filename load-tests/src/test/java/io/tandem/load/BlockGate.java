package io.tandem.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import reactor.blockhound.BlockHound;

/** Fails a test class during which an event loop blocked. Registered for all classes. */
public final class BlockGate implements BeforeAllCallback, AfterAllCallback {
    private static final Queue<String> BLOCKED = new ConcurrentLinkedQueue<>();
    private static final int STACK_DEPTH = 25;

    /** Installs BlockHound, once: it cannot be taken off again. */
    private static final class Installed {
        private static final boolean DONE = install();

        private static boolean install() {
            BlockHound.builder()
                    .loadIntegrations()
                    // The peer's own loop hands over to the test's thread under a lock held for a moment; the gate is
                    // the relay's.
                    .allowBlockingCallsInside("io.tandem.load.peer.Inbox", "keep")
                    .blockingMethodCallback(method ->
                            BLOCKED.add(method + " on " + Thread.currentThread().getName() + stack()))
                    .install();
            return true;
        }
    }

    private static String stack() {
        StringBuilder stack = new StringBuilder();
        for (StackTraceElement element : StackWalker.getInstance()
                .walk(frames -> frames.limit(STACK_DEPTH)
                        .map(StackWalker.StackFrame::toStackTraceElement)
                        .toList())) {
            stack.append("\n    at ").append(element);
        }
        return stack.toString();
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        if (!Installed.DONE) {
            throw new IllegalStateException("BlockHound is not installed");
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        List<String> blocked = new ArrayList<>();
        for (String call = BLOCKED.poll(); call != null; call = BLOCKED.poll()) {
            blocked.add(call);
        }
        if (!blocked.isEmpty()) {
            throw new AssertionError(blocked.size() + " blocking call(s) on event loops during "
                    + context.getDisplayName() + ":\n" + String.join("\n", blocked));
        }
    }

    /** What was seen and not yet told, for the test of this gate. */
    static Queue<String> seen() {
        return BLOCKED;
    }
}
