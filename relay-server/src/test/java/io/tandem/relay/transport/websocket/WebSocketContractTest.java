package io.tandem.relay.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.tandem.relay.carrier.CarrierContract;
import io.tandem.relay.carrier.Valve;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.session.CarrierKind;
import io.tandem.relay.session.ChannelRequest;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

class WebSocketContractTest extends CarrierContract {
    private static final byte[] NORMAL = {0x03, (byte) 0xe8};

    private final Valve valve = new Valve();
    private final EmbeddedChannel channel = new EmbeddedChannel(valve);

    @Override
    protected void openCarrier() {
        channel.freezeTime();
        WebSocketCarrier carrier = new WebSocketCarrier(
                gate,
                new ChannelRequest(
                        "s".repeat(26), CarrierKind.WEBSOCKET, null, InetSocketAddress.createUnresolved("client", 1)),
                LIMITS);
        PipelineConnection under = new PipelineConnection(carrier, LIMITS);
        channel.pipeline().addLast(under);
        under.open();
        // The first message is HELLO, which is small.
        clientSends(List.of(new byte[FrameHeader.LENGTH_BYTES]));
    }

    @Override
    protected void clientSends(List<byte[]> frames) {
        ByteBuf wire = Unpooled.buffer();
        for (byte[] frame : frames) {
            wire.writeBytes(WireBytes.message(frame));
        }
        channel.writeInbound(wire);
    }

    @Override
    protected void clientSendsTooMuch() {
        channel.writeInbound(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump("82ff000000000010000111223344")));
    }

    @Override
    protected void clientCloses() {
        channel.writeInbound(WireBytes.masked(WireBytes.FIN | Opcode.CLOSE.code(), NORMAL));
        channel.runPendingTasks();
    }

    @Override
    protected void clientTakes(boolean on) {
        valve.shut(!on);
        channel.flush();
        channel.runPendingTasks();
    }

    @Override
    protected void clientVanishes() {
        channel.close();
        channel.runPendingTasks();
    }

    @Override
    protected List<String> clientGot() {
        channel.runPendingTasks();
        List<String> got = new ArrayList<>();
        ByteBuf written = WireBytes.written(channel);
        while (written.isReadable()) {
            int first = written.readUnsignedByte();
            int length = written.readUnsignedByte();
            length = length < 126 ? length : length == 126 ? written.readUnsignedShort() : (int) written.readLong();
            ByteBuf payload = written.readSlice(length);
            got.add(
                    first == (WireBytes.FIN | Opcode.BINARY.code())
                            ? "frame " + ByteBufUtil.hexDump(payload)
                            : "close " + payload.readUnsignedShort() + " " + payload.toString(StandardCharsets.UTF_8));
        }
        return got;
    }

    @Override
    protected boolean clientIsHeldBack() {
        return !channel.config().isAutoRead();
    }

    @Override
    protected void endCarrier() {
        channel.finishAndReleaseAll();
    }
}
