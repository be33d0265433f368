package io.tandem.load.netlab;

import io.netty.buffer.ByteBuf;
import io.tandem.load.netlab.Link.Kind;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/** Follows the requests and responses of a connection, and does to them what the path does to HTTP. On the proxy's loop. */
final class LinkHttp {
    /** A buffering path gives up on a response that is larger than this, and passes it as it comes. */
    static final int MAX_BUFFERED_BYTES = 8 << 20;

    /** Requests without an answer on one connection; browsers have one. */
    private static final int MAX_OUTSTANDING = 64;

    private static final String POLL_PATH_END = "/poll";
    private static final Set<String> UPGRADE_HEADERS = Set.of("upgrade", "connection");

    private final PathFaults faults;
    private final Link link;
    private final HttpScanner requests = new HttpScanner(new Requests());
    private final HttpScanner responses = new HttpScanner(new Responses());
    private final Deque<String> outstanding = new ArrayDeque<>();
    private final Deque<ByteBuf> buffered = new ArrayDeque<>();
    private int bufferedBytes;
    private boolean buffering;
    private Kind kind = Kind.HTTP;
    private boolean upgraded;

    /** The path has answered in the relay's place, or never will: what the client still sends is passed over. */
    private boolean refused;

    LinkHttp(PathFaults faults, Link link) {
        this.faults = faults;
        this.link = link;
    }

    Kind kind() {
        return kind;
    }

    boolean isUpgraded() {
        return upgraded;
    }

    /** Reads all of {@code bytes}, which stays the caller's. */
    void read(Direction direction, ByteBuf bytes) {
        if (!refused) {
            (direction == Direction.UP ? requests : responses).read(bytes);
        }
    }

    /** One end sends nothing more: what was collected goes on as it is. */
    void finish(Direction direction) {
        link.pass(direction, (direction == Direction.UP ? requests : responses).unfinished());
        if (direction == Direction.DOWN) {
            passBuffered();
        }
    }

    void close() {
        buffered.forEach(ByteBuf::release);
        buffered.clear();
    }

    private void passBuffered() {
        buffering = false;
        bufferedBytes = 0;
        for (ByteBuf part = buffered.poll(); part != null; part = buffered.poll()) {
            link.pass(Direction.DOWN, part);
        }
    }

    private void passOn(Direction direction, ByteBuf bytes) {
        if (kind != Kind.HTTP && faults.truncating == direction && bytes.readableBytes() > 1) {
            faults.truncating = null;
            refused = true;
            passBuffered();
            link.passHalf(direction, bytes);
        } else if (direction == Direction.DOWN && buffering) {
            buffered.add(bytes);
            bufferedBytes += bytes.readableBytes();
            if (bufferedBytes > MAX_BUFFERED_BYTES) {
                passBuffered();
            }
        } else {
            link.pass(direction, bytes);
        }
    }

    private final class Requests implements HttpScanner.Parts {
        @Override
        public HttpHead.Body onHead(HttpHead head) {
            HttpHead.Body body = head.requestBody();
            boolean webSocket = head.header("upgrade").contains("websocket");
            kind = webSocket ? Kind.WEB_SOCKET : head.path().endsWith(POLL_PATH_END) ? Kind.LONG_POLL : Kind.HTTP;
            if (webSocket && faults.webSocket != WebSocketBlock.OFF) {
                refused = true;
                refuseWebSocket();
                return HttpHead.Body.RAW;
            }
            if (kind == Kind.LONG_POLL && faults.longPollBlocked) {
                refused = true;
                link.refuse(HttpScanner.answer("503 Service Unavailable"));
                return HttpHead.Body.RAW;
            }
            if (outstanding.size() == MAX_OUTSTANDING) {
                refused = true;
                link.reset();
                return HttpHead.Body.RAW;
            }
            outstanding.add(head.method());
            boolean strips = faults.upgradeStripped && webSocket;
            kind = strips ? Kind.HTTP : kind;
            link.pass(Direction.UP, (strips ? head.without(UPGRADE_HEADERS) : head).bytes());
            return body;
        }

        private void refuseWebSocket() {
            switch (faults.webSocket) {
                case FORBIDDEN -> link.refuse(HttpScanner.answer("403 Forbidden"));
                case CLOSED -> link.reset();
                case HANGING -> link.die();
                case OFF -> throw new IllegalStateException("WebSockets are not blocked");
            }
        }

        @Override
        public void onBody(ByteBuf bytes) {
            if (refused) {
                bytes.release();
            } else {
                passOn(Direction.UP, bytes);
            }
        }

        @Override
        public void onEnd() {
            // The next request begins with its head.
        }

        @Override
        public void onRaw(ByteBuf bytes) {
            onBody(bytes);
        }
    }

    private final class Responses implements HttpScanner.Parts {
        @Override
        public HttpHead.Body onHead(HttpHead head) {
            boolean interim = head.status() < 200 && head.status() != 101;
            String method = interim ? outstanding.peek() : outstanding.poll();
            HttpHead.Body body = head.responseBody("HEAD".equals(method));
            if (head.status() == 101) {
                upgraded = true;
                requests.goRaw();
                responses.goRaw();
            }
            buffering = faults.responsesBuffered && !upgraded && !interim;
            if (buffering) {
                buffered.add(head.bytes());
                bufferedBytes += head.text().length();
            } else {
                link.pass(Direction.DOWN, head.bytes());
            }
            return body;
        }

        @Override
        public void onBody(ByteBuf bytes) {
            passOn(Direction.DOWN, bytes);
        }

        @Override
        public void onEnd() {
            passBuffered();
        }

        @Override
        public void onRaw(ByteBuf bytes) {
            passOn(Direction.DOWN, bytes);
        }
    }
}
