package io.tandem.load.peer;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/** Puts what comes into a peer's inbox, and answers the relay's close. */
final class PeerInbox extends SimpleChannelInboundHandler<WebSocketFrame> {
    private final Queue<Received> inbox;
    private final CompletableFuture<Closed> closed;
    private final CompletableFuture<Boolean> opened = new CompletableFuture<>();

    PeerInbox(Queue<Received> inbox, CompletableFuture<Closed> closed) {
        this.inbox = inbox;
        this.closed = closed;
    }

    CompletableFuture<Boolean> opened() {
        return opened;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, WebSocketFrame message) {
        if (message instanceof BinaryWebSocketFrame) {
            if (!inbox.offer(Received.of(message.content()))) {
                ctx.channel().config().setAutoRead(false);
            }
        } else if (message instanceof CloseWebSocketFrame close) {
            closed.complete(new Closed(close.statusCode(), close.reasonText()));
            ctx.writeAndFlush(close.retain());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
            opened.complete(true);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        opened.completeExceptionally(new IllegalStateException("the connection ended before the upgrade"));
        closed.complete(new Closed(Closed.WITHOUT_CLOSE, "the connection ended without a close frame"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        opened.completeExceptionally(cause);
        ctx.close();
    }
}
