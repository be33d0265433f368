package io.tandem.load.fleet;

import io.tandem.load.peer.JsonMembers;
import io.tandem.load.run.LoadPlan;
import io.tandem.load.run.Outcome;
import io.tandem.load.run.RelayWatch;
import io.tandem.load.run.Tally;
import io.tandem.load.watch.RelaySight;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Workers that offer one load together: each its share, all from one moment on. Used once, by one thread. */
public final class Fleet implements AutoCloseable {
    static final String WORKER = "worker";
    static final String COORDINATOR = "coordinator";

    private static final int CONNECT_MILLIS = 5_000;

    /** From the word to begin, which takes its time to the farthest worker, to the first frame. */
    private static final int BEGIN_AFTER_MILLIS = 500;

    /** Beyond what a plan says, for whatever machines do meanwhile: pairing that fails takes a minute, what is late at the end 15 s. */
    private static final Duration GRACE = Duration.ofMinutes(2);

    private record Member(String name, ControlLine line) {}

    /** What is done with one of the workers. */
    private interface Task<T> {
        T with(Member member, int index) throws IOException;
    }

    private final List<Member> members = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "load-fleet");
        thread.setDaemon(true);
        return thread;
    });
    private final Consumer<String> progress;

    private Fleet(Consumer<String> progress) {
        this.progress = progress;
    }

    /** Reaches all workers, which have to know the secret. */
    public static Fleet open(List<InetSocketAddress> workers, String secret, Consumer<String> progress)
            throws IOException {
        Fleet fleet = new Fleet(progress);
        try {
            for (InetSocketAddress worker : workers) {
                String name = worker.getHostString() + ":" + worker.getPort();
                fleet.members.add(new Member(name, reach(worker, name, secret)));
            }
        } catch (IOException e) {
            fleet.close();
            throw e;
        }
        return fleet;
    }

    private static ControlLine reach(InetSocketAddress worker, String name, String secret) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(worker, CONNECT_MILLIS);
            return ControlLine.open(socket, secret, COORDINATOR, WORKER);
        } catch (IOException e) {
            socket.close();
            throw new IOException("worker " + name + ": " + e.getMessage(), e);
        }
    }

    /**
     * Has them offer a load.
     *
     * @param whole of which each offers a share
     * @param relay the relay's process, where it is one of this machine
     */
    public Outcome run(Assignment whole, Outcome.Setting setting, Optional<RelaySight> relay)
            throws IOException, InterruptedException {
        LoadPlan plan = whole.plan();
        Duration opening = GRACE.plusSeconds(
                (long) plan.pairs() / Math.max(1, plan.opening().perSecond()));
        int paired = collect(begin((member, i) -> {
                    member.line.say(whole.share(i, members.size()).json());
                    member.line.waitFor(opening);
                    return await(member, "ready").number("paired");
                }))
                .stream()
                .mapToInt(Integer::intValue)
                .sum();
        progress.accept(paired + " of " + plan.pairs() + " sessions are paired, on " + members.size() + " workers");

        for (Member member : members) {
            member.line.say("{\"afterMillis\":" + BEGIN_AFTER_MILLIS + "}");
        }
        List<Future<JsonMembers>> settled = begin((member, i) -> {
            member.line.waitFor(GRACE.plusSeconds(plan.warmUpSeconds()));
            return await(member, "settled");
        });
        TimeUnit.MILLISECONDS.sleep(BEGIN_AFTER_MILLIS + TimeUnit.SECONDS.toMillis(plan.warmUpSeconds()));
        Optional<RelayWatch> watch = relay.map(RelayWatch::new);
        long began = System.nanoTime();
        TimeUnit.SECONDS.sleep(plan.seconds());
        watch.ifPresent(RelayWatch::look);
        double seconds = (System.nanoTime() - began) / (double) TimeUnit.SECONDS.toNanos(1);

        watch.ifPresent(RelayWatch::end);

        collect(settled);
        // All sessions are still there and nothing is on its way: whatever this stops is not measured.
        watch.ifPresent(RelayWatch::weigh);
        Tally all = finish();
        return all.outcome(plan, setting, watch.flatMap(seen -> seen.cost(seconds, all.framesPerSecond() * seconds)));
    }

    private Tally finish() throws IOException, InterruptedException {
        return collect(begin((member, i) -> {
                    member.line.say("{\"is\":\"finish\"}");
                    return TallyJson.read(await(member, "tally"));
                }))
                .stream()
                .reduce(Tally::plus)
                .orElseThrow();
    }

    /** The next message of this kind; tells the progress that comes before it. */
    private JsonMembers await(Member member, String kind) throws IOException {
        while (true) {
            JsonMembers message = member.line.hear();
            String is = message.text("is");
            if (is.equals(kind)) {
                return message;
            }
            if (!is.equals("progress")) {
                throw new IOException(
                        "worker " + member.name + ": " + message.members().get("line"));
            }
            progress.accept(member.name + " " + message.text("line"));
        }
    }

    private <T> List<Future<T>> begin(Task<T> task) {
        List<Future<T>> begun = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            int index = i;
            Callable<T> one = () -> task.with(members.get(index), index);
            begun.add(threads.submit(one));
        }
        return begun;
    }

    private static <T> List<T> collect(List<Future<T>> begun) throws IOException, InterruptedException {
        List<T> results = new ArrayList<>();
        for (Future<T> each : begun) {
            try {
                results.add(each.get());
            } catch (ExecutionException e) {
                throw new IOException(String.valueOf(e.getCause()), e);
            }
        }
        return results;
    }

    @Override
    public void close() throws IOException {
        threads.shutdownNow();
        for (Member member : members) {
            member.line.close();
        }
    }
}
