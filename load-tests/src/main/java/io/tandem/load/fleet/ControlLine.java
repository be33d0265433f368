package io.tandem.load.fleet;

import io.tandem.load.peer.JsonMembers;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A connection between who coordinates and a worker: JSON objects, one to a line. Both show first that they know the secret, which does
 * not travel; what follows is neither hidden nor sealed, and belongs on a network that one trusts. On one thread at a time.
 */
final class ControlLine implements AutoCloseable {
    /** A stranger may say no more before it has shown that it knows the secret ... */
    private static final int STRANGER_BYTES = 512;

    /** ... and has so long for it. */
    private static final Duration STRANGER_WITHIN = Duration.ofSeconds(5);

    /** Recordings and histograms of a long run have a few hundred KB; this bounds what a line may take of memory. */
    private static final int LINE_BYTES = 32 << 20;

    private static final int NONCE_BYTES = 16;
    private static final String MAC = "HmacSHA256";

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    private ControlLine(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    /**
     * Shows that this end knows the secret, and has the other show it.
     *
     * @param own by what this end calls itself: a proof of one end is none of the other
     * @throws IOException if the other end does not know it, or says nothing in time; the socket is closed then
     */
    static ControlLine open(Socket socket, String secret, String own, String other) throws IOException {
        try {
            ControlLine line = new ControlLine(socket);
            socket.setTcpNoDelay(true);
            line.waitFor(STRANGER_WITHIN);
            byte[] nonce = new byte[NONCE_BYTES];
            new SecureRandom().nextBytes(nonce);
            String ours = HexFormat.of().formatHex(nonce);
            line.say("{\"nonce\":\"" + ours + "\"}");
            String theirs = line.hear(STRANGER_BYTES).text("nonce");
            line.say("{\"proof\":\"" + proof(secret, own, theirs, ours) + "\"}");
            byte[] shown = line.hear(STRANGER_BYTES).text("proof").getBytes(StandardCharsets.US_ASCII);
            if (!MessageDigest.isEqual(shown, proof(secret, other, ours, theirs).getBytes(StandardCharsets.US_ASCII))) {
                throw new IOException("the " + other + " does not know the secret");
            }
            return line;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e instanceof IOException known
                    ? known
                    : new IOException("the " + other + " speaks another language", e);
        }
    }

    private static String proof(String secret, String who, String challenge, String own) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), MAC));
            return HexFormat.of()
                    .formatHex(mac.doFinal((who + " " + challenge + " " + own).getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + MAC, e);
        }
    }

    /** How long the other end may say nothing from now on. */
    void waitFor(Duration most) throws IOException {
        socket.setSoTimeout(Math.toIntExact(most.toMillis()));
    }

    void say(String json) throws IOException {
        out.write((json + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /** The next object. */
    JsonMembers hear() throws IOException {
        return hear(LINE_BYTES);
    }

    private JsonMembers hear(int mostBytes) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the other end is gone");
            }
            if (line.size() >= mostBytes) {
                throw new IOException("a line of more than " + mostBytes + " bytes");
            }
            line.write(next);
        }
        return JsonMembers.parse(line.toString(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
