package io.tandem.relay.testing;

import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test class after whose tests a buffer was collected that nobody had released. Registered for all classes. */
public final class LeakGate implements AfterAllCallback {
    /** A leak is seen when its buffer is collected; one collection nearly always does it. */
    private static final int COLLECTIONS = 2;

    @Override
    public void afterAll(ExtensionContext context) {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            // The detector looks at what was collected whenever the next buffer is tracked.
            UnpooledByteBufAllocator.DEFAULT.heapBuffer(1).release();
        }
        List<String> reports = RecordingLeakDetector.takeReports();
        if (!reports.isEmpty()) {
            throw new AssertionError(reports.size() + " leaked resource(s) by the end of " + context.getDisplayName()
                    + ":\n" + String.join("\n", reports));
        }
    }
}
