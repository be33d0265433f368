package io.tandem.load.netlab;

import io.netty.buffer.ByteBuf;

/**
 * Finds where heads and bodies begin and end in one direction of a connection, without changing a byte of them. What is not HTTP, or no
 * longer, passes raw.
 */
final class HttpScanner {
    /** A head that is longer than this is passed on as it is, and nothing after it is understood. */
    static final int MAX_HEAD_BYTES = 32 << 10;

    /** What was found, in the order of the bytes. Each call takes ownership of its buffer. */
    interface Parts {
        /** A head, whole; answers what follows it. */
        HttpHead.Body onHead(HttpHead head);

        /** Bytes of a body, with what delimits its chunks. */
        void onBody(ByteBuf bytes);

        /** The message that the last head began is whole. */
        void onEnd();

        /** Bytes of what is not HTTP. */
        void onRaw(ByteBuf bytes);
    }

    private enum State {
        /** Collects a head. */
        HEAD,
        /** Inside a body whose bytes are counted. */
        COUNTED,
        /** Collects the line that says how long a chunk is. */
        CHUNK_LINE,
        /** Inside a chunk and the line end behind it. */
        CHUNK,
        /** Behind the last chunk: lines up to an empty one. */
        TRAILER,
        /** Inside a body that ends with the connection. */
        TO_THE_END,
        /** Not HTTP, or no longer. */
        RAW
    }

    private static final int LINE_END_BYTES = 2;
    private static final int HEX = 16;
    private static final int MAX_CHUNK_LINE = 1024;

    private final Parts parts;
    private State state = State.HEAD;
    private final StringBuilder head = new StringBuilder();
    private final StringBuilder line = new StringBuilder();
    private long left;

    HttpScanner(Parts parts) {
        this.parts = parts;
    }

    /** Nothing that follows is HTTP, nor what was collected of a head. */
    void goRaw() {
        state = State.RAW;
        parts.onRaw(unfinished());
    }

    /** Reads all of {@code in}, which stays the caller's. */
    void read(ByteBuf in) {
        while (in.isReadable()) {
            switch (state) {
                case HEAD -> readHead(in);
                case COUNTED, CHUNK -> readCounted(in);
                case CHUNK_LINE, TRAILER -> readLine(in);
                case TO_THE_END -> parts.onBody(in.readRetainedSlice(in.readableBytes()));
                case RAW -> parts.onRaw(in.readRetainedSlice(in.readableBytes()));
            }
        }
    }

    private void readHead(ByteBuf in) {
        while (in.isReadable()) {
            head.append((char) in.readUnsignedByte());
            if (head.length() > MAX_HEAD_BYTES) {
                giveUp();
                return;
            }
            if (endsHead()) {
                HttpHead whole = new HttpHead(head.toString());
                if (!whole.isHttp()) {
                    giveUp();
                    return;
                }
                head.setLength(0);
                begin(parts.onHead(whole));
                return;
            }
        }
    }

    private boolean endsHead() {
        int n = head.length();
        return n > 4
                && head.charAt(n - 1) == '\n'
                && head.charAt(n - 2) == '\r'
                && head.charAt(n - 3) == '\n'
                && head.charAt(n - 4) == '\r';
    }

    private void giveUp() {
        state = State.RAW;
        parts.onRaw(new HttpHead(head.toString()).bytes());
        head.setLength(0);
    }

    private void begin(HttpHead.Body body) {
        if (state == State.RAW) {
            return;
        }
        switch (body.end()) {
            case LENGTH -> {
                left = body.bytes();
                state = State.COUNTED;
                if (left == 0) {
                    endMessage();
                }
            }
            case CHUNKS -> state = State.CHUNK_LINE;
            case CONNECTION -> state = State.TO_THE_END;
        }
    }

    private void endMessage() {
        state = State.HEAD;
        parts.onEnd();
    }

    private void readCounted(ByteBuf in) {
        int length = (int) Math.min(left, in.readableBytes());
        left -= length;
        parts.onBody(in.readRetainedSlice(length));
        if (left == 0 && state == State.CHUNK) {
            state = State.CHUNK_LINE;
        } else if (left == 0) {
            endMessage();
        }
    }

    private void readLine(ByteBuf in) {
        int start = in.readerIndex();
        boolean whole = false;
        while (!whole && in.isReadable()) {
            char next = (char) in.readUnsignedByte();
            line.append(next);
            whole = next == '\n';
        }
        parts.onBody(in.retainedSlice(start, in.readerIndex() - start));
        if (whole) {
            String text = line.toString().strip();
            line.setLength(0);
            endLine(text);
        } else if (line.length() > MAX_CHUNK_LINE) {
            state = State.RAW;
        }
    }

    private void endLine(String text) {
        if (state == State.TRAILER) {
            if (text.isEmpty()) {
                endMessage();
            }
            return;
        }
        try {
            left = Long.parseLong(text.split(";", 2)[0].strip(), HEX);
        } catch (NumberFormatException e) {
            state = State.RAW;
            return;
        }
        state = left == 0 ? State.TRAILER : State.CHUNK;
        left += LINE_END_BYTES;
    }

    /** What a head that is not whole yet holds: for the end of a connection. */
    ByteBuf unfinished() {
        ByteBuf bytes = new HttpHead(head.toString()).bytes();
        head.setLength(0);
        return bytes;
    }

    /** Bytes of a short answer. */
    static ByteBuf answer(String status) {
        return new HttpHead("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").bytes();
    }
}
