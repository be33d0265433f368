package io.tandem.relay.bootstrap;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.group.ChannelGroup;
import io.netty.util.internal.PlatformDependent;
import io.tandem.relay.carrier.socket.LoopMemory;
import io.tandem.relay.transport.longpoll.LongPoll;
import io.tandem.relay.transport.websocket.WebSocketConnections;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/** What of the relay's memory clients have: what waits for them, and what buffers there are in all. Counted when somebody asks, on any thread. */
final class MemoryGauges {
    private final ChannelGroup connections;
    private final WebSocketConnections webSockets;
    private final LongPoll longPoll;

    private MemoryGauges(ChannelGroup connections, WebSocketConnections webSockets, LongPoll longPoll) {
        this.connections = connections;
        this.webSockets = webSockets;
        this.longPoll = longPoll;
    }

    static void register(
            MeterRegistry registry,
            ChannelGroup connections,
            WebSocketConnections webSockets,
            LongPoll longPoll,
            int manyBytes) {
        MemoryGauges gauges = new MemoryGauges(connections, webSockets, longPoll);
        Gauge.builder("tandem.waiting.bytes", gauges, memory -> memory.waiting().sum())
                .description("Bytes that wait in this node for clients to take them")
                .baseUnit("bytes")
                .strongReference(true)
                .register(registry);
        Gauge.builder(
                        "tandem.waiting.most.bytes",
                        gauges,
                        memory -> memory.waiting().max().orElse(0))
                .description("The most bytes that wait for one client")
                .baseUnit("bytes")
                .strongReference(true)
                .register(registry);
        Gauge.builder(
                        "tandem.waiting.clients",
                        gauges,
                        memory -> memory.waiting()
                                .filter(bytes -> bytes > manyBytes)
                                .count())
                .description(
                        "Clients for whom more waits than a full carrier has to fall below before it is sent pages again")
                .baseUnit("clients")
                .strongReference(true)
                .register(registry);
        bytes(
                registry,
                "tandem.direct.bytes",
                "Direct memory that the buffers of this node have",
                MemoryGauges::directBytes);
        bytes(registry, "tandem.heap.bytes", "Heap memory that the buffers of this node have", MemoryGauges::heapBytes);
        bytes(
                registry,
                "tandem.direct.limit.bytes",
                "Direct memory that buffers may have: -XX:MaxDirectMemorySize, by itself as much as the heap",
                PlatformDependent::maxDirectMemory);
    }

    private static void bytes(MeterRegistry registry, String name, String description, Supplier<Number> bytes) {
        Gauge.builder(name, bytes)
                .description(description)
                .baseUnit("bytes")
                .strongReference(true)
                .register(registry);
    }

    private LongStream waiting() {
        return LongStream.concat(
                connections.stream().mapToLong(MemoryGauges::outboundBytes),
                LongStream.concat(webSockets.waitingBytesOfEach(), longPoll.waitingBytesOfEach()));
    }

    private static long outboundBytes(Channel connection) {
        ChannelOutboundBuffer outbound = connection.unsafe().outboundBuffer();
        return outbound == null ? 0 : outbound.totalPendingWriteBytes();
    }

    private static long directBytes() {
        long pooled = ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider
                ? provider.metric().usedDirectMemory()
                : 0;
        return pooled + LoopMemory.bytesOfAll();
    }

    private static long heapBytes() {
        return ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider
                ? provider.metric().usedHeapMemory()
                : 0;
    }
}
