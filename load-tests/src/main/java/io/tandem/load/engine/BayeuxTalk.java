package io.tandem.load.engine;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a Bayeux client says and hears, whatever it rides on: it shakes hands, subscribes to what its peer publishes, keeps a connect
 * message waiting at the server, and publishes its frames as the binary extension of CometD has them. On its event loop.
 */
final class BayeuxTalk {
    /** Where the client and its peer publish. */
    record Names(String publishes, String hears) {
        /** Of one end of a pair: {@code tag} or {@code agent}. */
        static Names of(String pair, String end) {
            String other = end.equals("tag") ? "agent" : "tag";
            return new Names("/" + pair + "/" + end, "/" + pair + "/" + other);
        }
    }

    /** How messages leave: each a JSON object, which the carrier puts into an array. */
    interface Carrier {
        /** Sends a message that is answered at once; takes ownership. */
        void say(ByteBuf message);

        /** Sends the message that waits at the server; takes ownership. */
        void connect(ByteBuf message);

        /** Ends, because the server said something that it must not. */
        void fail(String why);
    }

    private static final JsonFactory JSON = new JsonFactory();
    private static final int ENVELOPE_BYTES = 200;

    private final String kind;
    private final Names names;
    private final Wire.Listener listener;
    private final Carrier carrier;
    private String clientId = "";
    private long messages;

    /**
     * Of one client.
     *
     * @param kind of connection, as Bayeux calls it
     */
    BayeuxTalk(String kind, Names names, Wire.Listener listener, Carrier carrier) {
        this.kind = kind;
        this.names = names;
        this.listener = listener;
        this.carrier = carrier;
    }

    /** The carrier is there. */
    void begin() {
        carrier.say(message("/meta/handshake", "\"version\":\"1.0\",\"supportedConnectionTypes\":[\"" + kind + "\"]"));
    }

    private void connect() {
        carrier.connect(message("/meta/connect", "\"connectionType\":\"" + kind + "\""));
    }

    private ByteBuf message(String channel, String members) {
        return text(head(channel, ENVELOPE_BYTES), members + "}");
    }

    private ByteBuf head(String channel, int bytes) {
        messages++;
        String client = clientId.isEmpty() ? "" : "\"clientId\":\"" + clientId + "\",";
        return text(
                ByteBufAllocator.DEFAULT.buffer(bytes),
                "{\"id\":\"" + messages + "\",\"channel\":\"" + channel + "\"," + client);
    }

    private static ByteBuf text(ByteBuf out, String text) {
        out.writeCharSequence(text, StandardCharsets.US_ASCII);
        return out;
    }

    /** The message that publishes a frame, of which it takes ownership. */
    ByteBuf publish(ByteBuf frame) {
        ByteBuf message = head(names.publishes(), ENVELOPE_BYTES + Z85.length(frame.readableBytes()));
        text(message, "\"ext\":{\"binary\":{}},\"data\":{\"data\":\"");
        Z85.encode(frame, message);
        frame.release();
        return text(message, "\",\"last\":true,\"meta\":{}}}");
    }

    /** Messages came, in an array. */
    void hear(ByteBuf array) {
        try (JsonParser json = JSON.createParser((InputStream) new ByteBufInputStream(array))) {
            json.nextToken();
            while (json.nextToken() == JsonToken.START_OBJECT) {
                hear(json);
            }
        } catch (IOException e) {
            carrier.fail("no message of Bayeux: " + e.getMessage());
        }
    }

    private void hear(JsonParser json) throws IOException {
        String channel = "";
        String client = "";
        String error = "";
        boolean successful = true;
        @Nullable ByteBuf frame = null;
        try {
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                json.nextToken();
                switch (name) {
                    case "channel" -> channel = json.getText();
                    case "clientId" -> client = json.getText();
                    case "error" -> error = json.getText();
                    case "successful" -> successful = json.getBooleanValue();
                    case "data" -> frame = frame(json);
                    default -> json.skipChildren();
                }
            }
            if (!successful) {
                carrier.fail(channel + " was refused: " + error);
            } else if (frame != null && channel.equals(names.hears())) {
                listener.onFrame(frame);
            } else {
                heard(channel, client);
            }
        } finally {
            if (frame != null) {
                frame.release();
            }
        }
    }

    private void heard(String channel, String client) {
        switch (channel) {
            case "/meta/handshake" -> {
                clientId = client;
                connect();
                carrier.say(message("/meta/subscribe", "\"subscription\":\"" + names.hears() + "\""));
            }
            case "/meta/connect" -> connect();
            case "/meta/subscribe" -> listener.onOpen();
            default -> {} // what was published has come
        }
    }

    private static @Nullable ByteBuf frame(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return null;
        }
        @Nullable ByteBuf frame = null;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            boolean isFrame = json.currentName().equals("data");
            json.nextToken();
            if (isFrame && frame == null) {
                frame = ByteBufAllocator.DEFAULT.buffer(json.getTextLength());
                Z85.decode(json.getTextCharacters(), json.getTextOffset(), json.getTextLength(), frame);
            } else {
                json.skipChildren();
            }
        }
        return frame;
    }
}
