package io.tandem.load.peer;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.concurrent.CompletableFuture;

/** Puts what comes into a peer's inbox, and answers the relay's close. */
final class WebSocketInbox extends SimpleChannelInboundHandler<WebSocketFrame> {
    private final Inbox inbox;
    private final CompletableFuture<Boolean> opened = new CompletableFuture<>();

    WebSocketInbox(Inbox inbox) {
        this.inbox = inbox;
    }

    CompletableFuture<Boolean> opened() {
        return opened;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, WebSocketFrame message) {
        if (message instanceof BinaryWebSocketFrame) {
            if (!inbox.keep(message.content())) {
                ctx.channel().config().setAutoRead(false);
            }
        } else if (message instanceof CloseWebSocketFrame close) {
            inbox.close(close.statusCode(), close.reasonText());
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
        inbox.close(Closed.WITHOUT_CLOSE, "the connection ended without a close frame");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        opened.completeExceptionally(cause);
        ctx.close();
    }
}
