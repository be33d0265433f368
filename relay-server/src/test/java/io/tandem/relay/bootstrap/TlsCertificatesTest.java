package io.tandem.relay.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import io.tandem.relay.testing.Certificates;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsCertificatesTest {
    @TempDir
    Path folder;

    private Door.Tls files() {
        return new Door.Tls(folder.resolve("relay.crt"), folder.resolve("relay.key"));
    }

    private void replaceBy(String name) throws Exception {
        for (String kind : new String[] {".crt", ".key"}) {
            Files.move(
                    folder.resolve(name + kind), folder.resolve("relay" + kind), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Test
    void shouldKeepWhatIsGoodUntilThereIsSomethingBetter() throws Exception {
        X509Certificate first = Certificates.write(folder, "relay", "EC");
        X509Certificate next = Certificates.write(folder, "next", "RSA");
        SSLContext trusting = Certificates.trusting(first, next);
        TlsCertificates certificates = new TlsCertificates(files(), Runnable::run, 5_000);
        assertThat(shownTo(trusting, certificates)).isEqualTo(first);
        byte[] whole = Files.readAllBytes(folder.resolve("relay.crt"));
        Files.writeString(folder.resolve("relay.crt"), "half of a certifi");
        certificates.look();
        assertThat(shownTo(trusting, certificates)).isEqualTo(first);
        Files.write(folder.resolve("relay.crt"), whole);
        Files.copy(folder.resolve("next.key"), folder.resolve("relay.key"), StandardCopyOption.REPLACE_EXISTING);
        certificates.look();
        assertThat(shownTo(trusting, certificates)).as("the key is another's").isEqualTo(first);
        replaceBy("next");
        certificates.look();
        assertThat(shownTo(trusting, certificates)).isEqualTo(next);
    }

    @Test
    void shouldNotStartWithoutThem() {
        assertThatThrownBy(() -> new TlsCertificates(files(), Runnable::run, 5_000))
                .isInstanceOf(TlsCertificates.Unusable.class)
                .hasMessageContaining("relay.crt");
    }

    /** Shakes hands in memory. */
    private static Certificate shownTo(SSLContext trusting, TlsCertificates certificates) throws SSLException {
        SSLEngine client = trusting.createSSLEngine("localhost", 443);
        client.setUseClientMode(true);
        SslHandler handler = certificates.newHandler(UnpooledByteBufAllocator.DEFAULT);
        SSLEngine server = handler.engine();
        ByteBuffer toServer = buffer(client);
        ByteBuffer toClient = buffer(server);
        for (int turn = 0; turn < 50; turn++) {
            step(client, toServer, toClient);
            step(server, toClient, toServer);
        }
        return client.getSession().getPeerCertificates()[0];
    }

    private static ByteBuffer buffer(SSLEngine engine) {
        ByteBuffer buffer = ByteBuffer.allocate(2 * engine.getSession().getPacketBufferSize());
        return buffer.limit(0);
    }

    private static void step(SSLEngine engine, ByteBuffer out, ByteBuffer in) throws SSLException {
        ByteBuffer plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
        switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> {
                for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                    task.run();
                }
            }
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                if (in.hasRemaining()) {
                    engine.unwrap(in, plain);
                }
            }
            case NEED_WRAP, NOT_HANDSHAKING, FINISHED -> {
                out.compact();
                SSLEngineResult wrapped = engine.wrap(ByteBuffer.allocate(0), out);
                assertThat(wrapped.getStatus()).isNotEqualTo(SSLEngineResult.Status.BUFFER_OVERFLOW);
                out.flip();
            }
        }
    }
}
