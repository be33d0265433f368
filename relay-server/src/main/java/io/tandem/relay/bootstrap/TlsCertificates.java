package io.tandem.relay.bootstrap;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.tandem.relay.identity.FileStamp;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The relay's certificate and key, as they were last good. New connections get the newest, those that are there keep theirs. Any thread may ask. */
final class TlsCertificates {
    private static final Logger LOG = LoggerFactory.getLogger(TlsCertificates.class);

    /** Handshakes that may be taken up where they were left: a client comes back within seconds. */
    private static final int RESUMABLE_SESSIONS = 4096;

    private static final int RESUMABLE_SECONDS = 3600;

    /** Far above any chain of certificates. */
    private static final int MAX_FILE_BYTES = 1 << 20;

    /** What RFC 9325 recommends: forward secrecy and authenticated encryption. */
    private static final List<String> CIPHERS = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private static final List<String> KEY_KINDS = List.of("RSA", "EC");
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

    /** Why files are no certificate and key. */
    static final class Unusable extends Exception {
        private static final long serialVersionUID = 1L;

        Unusable(String message) {
            super(message, null, false, false);
        }
    }

    private final Door.Tls files;
    private final Executor handshakes;
    private final long handshakeMillis;
    private volatile SslContext context;
    private List<FileStamp> read;

    /**
     * Reads them.
     *
     * @param handshakes where the arithmetic of handshakes is done, which takes tens of milliseconds: not on event loops
     */
    TlsCertificates(Door.Tls files, Executor handshakes, long handshakeMillis) throws Unusable {
        this.files = files;
        this.handshakes = handshakes;
        this.handshakeMillis = handshakeMillis;
        this.read = stamps();
        this.context = load(files);
    }

    private List<FileStamp> stamps() {
        return List.of(FileStamp.of(files.certificates()), FileStamp.of(files.key()));
    }

    /** Reads them again if they have changed. One thread at a time; may block. */
    void look() {
        List<FileStamp> now = stamps();
        if (now.equals(read)) {
            return;
        }
        try {
            context = load(files);
            LOG.info("the certificate was read again: new connections get it");
        } catch (Unusable unusable) {
            LOG.error("the certificate was read again, and the old one stays: {}", unusable.getMessage());
        }
        read = now;
    }

    SslHandler newHandler(ByteBufAllocator allocator) {
        SslHandler handler = context.newHandler(allocator, handshakes);
        handler.setHandshakeTimeoutMillis(handshakeMillis);
        return handler;
    }

    /** Reads files once; may block. */
    static SslContext load(Door.Tls files) throws Unusable {
        List<X509Certificate> chain = chain(files.certificates());
        PrivateKey key = key(files.key());
        try {
            requireMatch(key, chain.get(0));
            return SslContextBuilder.forServer(key, chain.toArray(new X509Certificate[0]))
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                    .sessionCacheSize(RESUMABLE_SESSIONS)
                    .sessionTimeout(RESUMABLE_SECONDS)
                    .build();
        } catch (GeneralSecurityException | IOException e) {
            throw new Unusable("certificate and key cannot be used together: "
                    + e.getClass().getSimpleName());
        }
    }

    private static byte[] bytes(Path file) throws Unusable {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(MAX_FILE_BYTES);
        } catch (IOException e) {
            throw new Unusable("'" + file + "' cannot be read");
        }
    }

    private static List<X509Certificate> chain(Path file) throws Unusable {
        try {
            List<X509Certificate> found =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(bytes(file)))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (!found.isEmpty()) {
                return found;
            }
        } catch (GeneralSecurityException e) {
            // Told below, like a file without any.
        }
        throw new Unusable("'" + file + "' has no certificates; allowed is PEM, the relay's own first");
    }

    private static PrivateKey key(Path file) throws Unusable {
        Matcher pem = KEY.matcher(new String(bytes(file), StandardCharsets.US_ASCII));
        if (pem.find()) {
            for (String kind : KEY_KINDS) {
                try {
                    byte[] der = Base64.getMimeDecoder().decode(pem.group(1));
                    return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(der));
                } catch (GeneralSecurityException | IllegalArgumentException e) {
                    // Of the other kind, or none.
                }
            }
        }
        throw new Unusable(
                "'" + file + "' has no key; allowed is PEM, PKCS #8 (BEGIN PRIVATE KEY), RSA or EC, not encrypted");
    }

    private static void requireMatch(PrivateKey key, X509Certificate certificate)
            throws GeneralSecurityException, Unusable {
        String algorithm = "SHA256with" + (key.getAlgorithm().equals("EC") ? "ECDSA" : key.getAlgorithm());
        byte[] anything = {1};
        Signature signing = Signature.getInstance(algorithm);
        signing.initSign(key);
        signing.update(anything);
        byte[] signed = signing.sign();
        boolean isMatch = certificate.getPublicKey().getAlgorithm().equals(key.getAlgorithm());
        if (isMatch) {
            Signature verifying = Signature.getInstance(algorithm);
            verifying.initVerify(certificate.getPublicKey());
            verifying.update(anything);
            isMatch = verifying.verify(signed);
        }
        if (!isMatch) {
            throw new Unusable("the key is not that of the first certificate");
        }
    }
}
