package io.tandem.load.netlab;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Delay, rate and turns, under a clock that the test moves. */
class LineTest {
    private final MockTicker ticker = Ticker.newMockTicker();
    private final EmbeddedChannel loop =
            EmbeddedChannel.builder().ticker(ticker).build();
    private final Line line = new Line(loop.eventLoop(), new Random(1));

    private record Course(Flow flow, EmbeddedChannel source, EmbeddedChannel sink, List<Flow.End> ends) {
        int arrived() {
            int bytes = 0;
            for (ByteBuf part = sink.readOutbound(); part != null; part = sink.readOutbound()) {
                bytes += part.readableBytes();
                part.release();
            }
            return bytes;
        }

        void send(int bytes) {
            flow.offer(Unpooled.buffer(bytes).writeZero(bytes));
        }
    }

    private Course course() {
        EmbeddedChannel source = new EmbeddedChannel();
        EmbeddedChannel sink = new EmbeddedChannel();
        List<Flow.End> ends = new ArrayList<>();
        return new Course(new Flow(line, source, sink, ends::add), source, sink, ends);
    }

    private void pass(long millis) {
        for (long i = 0; i < millis; i++) {
            ticker.advance(1, TimeUnit.MILLISECONDS);
            loop.runPendingTasks();
        }
    }

    @Test
    void shouldDelayAndKeepTheOrderThoughTheJitterIsLarger() {
        line.delay(100, 50);
        Course course = course();
        course.send(10);
        course.send(20);
        course.flow().end(Flow.End.FINISHED);
        pass(99);
        assertThat(course.arrived()).isZero();
        assertThat(course.ends()).isEmpty();
        pass(52);
        assertThat(course.arrived()).isEqualTo(30);
        assertThat(course.ends()).containsExactly(Flow.End.FINISHED);
    }

    @Test
    void shouldKeepToTheRateAndLetConnectionsTakeTurns() {
        line.rate(800);
        Course large = course();
        Course small = course();
        large.send(100_000);
        small.send(1_000);
        pass(50);
        // 800 kbit/s are 100 bytes a millisecond.
        int largeArrived = large.arrived();
        assertThat(small.arrived()).as("does not wait behind the large one").isEqualTo(1_000);
        assertThat(largeArrived).isBetween(2_500, 4_000);
        pass(950);
        assertThat(largeArrived + large.arrived()).isBetween(97_500, 99_100);
        pass(20);
        large.arrived();
    }

    @Test
    void shouldStopReadingASenderThatHasEnoughOnItsWay() {
        line.hold(true);
        Course course = course();
        course.send(Flow.MAX_BYTES - 1);
        assertThat(course.source().config().isAutoRead()).isTrue();
        course.send(1);
        assertThat(course.source().config().isAutoRead()).isFalse();
        line.hold(false);
        assertThat(course.source().config().isAutoRead()).isTrue();
        assertThat(course.arrived()).isEqualTo(Flow.MAX_BYTES);
    }

    @Test
    void shouldDropWhatIsOnItsWayWhenItCloses() {
        line.delay(10, 0);
        Course course = course();
        course.send(10);
        course.flow().close();
        pass(20);
        assertThat(course.arrived()).isZero();
        assertThat(course.flow().bytes()).isZero();
    }
}
