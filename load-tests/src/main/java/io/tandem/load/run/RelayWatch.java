package io.tandem.load.run;

import io.tandem.load.watch.GcLog;
import io.tandem.load.watch.JvmHeap;
import io.tandem.load.watch.Pause;
import io.tandem.load.watch.ProcessFigures;
import io.tandem.load.watch.RelaySight;
import java.util.List;
import java.util.Optional;

/**
 * What a relay's process takes over the window that is measured, which begins when this is made. Next come looks, the last of them at the
 * window's end, {@link #end}, and, when nothing is on its way any more, {@link #weigh}. On one thread.
 */
public final class RelayWatch {
    private static final double A_MILLION = 1e6;

    private final RelaySight sight;
    private final Optional<ProcessFigures> began;

    /** Where the window begins in what the relay's collector writes; 0 where it writes nothing. */
    private final long logFrom;

    private final double uptimeBegan;
    /** Empty when its process is gone. */
    private Optional<ProcessFigures> last;

    private List<Pause> stops = List.of();
    private Optional<Outcome.HeapCost> heap = Optional.empty();

    /** Of this relay, from now on; its process may be gone, and then all that is told of it is that. */
    public RelayWatch(RelaySight sight) {
        this.sight = sight;
        this.began = ProcessFigures.of(sight.pid());
        this.last = began;
        this.logFrom = sight.gcLog().map(GcLog::position).orElse(0L);
        this.uptimeBegan = ProcessFigures.uptimeSeconds(sight.pid()).orElse(0.0);
    }

    /** What it has taken by now; empty where its process is gone. */
    public Optional<ProcessFigures> look() {
        last = ProcessFigures.of(sight.pid());
        return last;
    }

    /** The window is over: how often the relay stopped in it. */
    public void end() {
        stops = sight.gcLog().map(log -> log.since(logFrom)).orElse(List.of()).stream()
                .map(pause -> pause.earlierBy(uptimeBegan))
                .toList();
    }

    /** Weighs the relay's heap, where it is a JVM that can be asked: stops it for a moment. */
    public void weigh() {
        if (sight.gcLog().isPresent() && look().isPresent()) {
            long used = JvmHeap.usedBytes(sight.pid());
            heap = Optional.of(new Outcome.HeapCost(used, JvmHeap.liveBytes(sight.pid()), stops));
        }
    }

    /**
     * Between its beginning and the last look; empty where its process was gone by then, for nobody knows what it did until it ended.
     *
     * @param seconds that lie between the two
     * @param frames that were forwarded meanwhile
     */
    public Optional<Outcome.RelayCost> cost(double seconds, double frames) {
        return began.flatMap(first -> last.map(now -> {
            double cpu = now.cpuSeconds() - first.cpuSeconds();
            return new Outcome.RelayCost(
                    cpu / seconds, cpu * A_MILLION / Math.max(1, frames), now.residentBytes(), heap);
        }));
    }
}
