package io.tandem.relay.audit.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.tandem.relay.audit.webhook.WebhookAttempt.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Attempts over real sockets: what an answer counts for, whom TLS trusts, and what a bad server cannot do. */
@Timeout(60)
class HttpWebhookSenderTest {
    private static final String PASSWORD = "changeit";
    private static final long PATIENT_MILLIS = 20_000;
    private static final byte[] BODY = "{\"events\":[]}".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ExecutorService lookups = Executors.newSingleThreadExecutor();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        lookups.shutdownNow();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static WebhookTarget target(String url) {
        return new WebhookTarget("shop", WebhookTarget.url(url), List.of(WebhookSecret.of("s".repeat(32))), true);
    }

    private HttpWebhookSender sender(SslContext tls, HttpWebhookSender.Resolver resolver, long attemptMillis) {
        return new HttpWebhookSender(loops.next(), lookups, resolver, tls, attemptMillis);
    }

    private WebhookAttempt post(HttpWebhookSender sender, String url) throws Exception {
        CompletableFuture<WebhookAttempt> result = new CompletableFuture<>();
        loops.next()
                .execute(() -> sender.post(target(url), Map.of("tandem-delivery", "d1"), BODY)
                        .thenAccept(result::complete));
        return result.get();
    }

    private WebhookAttempt post(String url) throws Exception {
        return post(sender(trusting(null), HttpWebhookSender.Resolver.SYSTEM, PATIENT_MILLIS), url);
    }

    private String serve(HttpHandler handler) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", handler);
        server.start();
        opened.add(() -> server.stop(0));
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private HttpHandler answering(int status, Map<String, String> headers) {
        return exchange -> {
            asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("tandem-delivery") + " " + bodyOf(exchange));
            headers.forEach(exchange.getResponseHeaders()::set);
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        };
    }

    private static String bodyOf(HttpExchange exchange) throws IOException {
        try (InputStream body = exchange.getRequestBody()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** A server that says these bytes to whoever connects, and then nothing. */
    private String saying(byte[] answer, boolean closes) throws IOException {
        ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        opened.add(server);
        Thread thread = new Thread(() -> {
            try {
                while (true) {
                    Socket socket = server.accept();
                    opened.add(socket);
                    socket.getOutputStream().write(answer);
                    if (closes) {
                        socket.close();
                    }
                }
            } catch (IOException closed) {
                // The test is over.
            }
        });
        thread.setDaemon(true);
        thread.start();
        return "http://127.0.0.1:" + server.getLocalPort() + "/";
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void shouldPostTheBodyAndBeToldThatItWasTaken() throws Exception {
        assertThat(post(serve(answering(200, Map.of())) + "/in?key=1"))
                .isEqualTo(new WebhookAttempt(Outcome.ACCEPTED, 200, 0));
        assertThat(asked).containsExactly("POST /in?key=1 d1 {\"events\":[]}");
        assertThat(post(serve(answering(204, Map.of()))).isAccepted()).isTrue();
    }

    @Test
    void shouldTakeAnyOtherAnswerForARefusalAndFollowNoRedirect() throws Exception {
        String elsewhere = serve(answering(200, Map.of()));
        assertThat(post(serve(answering(307, Map.of("Location", elsewhere + "/elsewhere")))))
                .isEqualTo(new WebhookAttempt(Outcome.REFUSED, 307, 0));
        assertThat(asked).noneMatch(each -> each.contains("elsewhere")).hasSize(1);
        assertThat(post(serve(answering(503, Map.of("Retry-After", "7")))))
                .isEqualTo(new WebhookAttempt(Outcome.REFUSED, 503, 7_000));
        assertThat(post(serve(answering(400, Map.of("Retry-After", "soon")))))
                .isEqualTo(new WebhookAttempt(Outcome.REFUSED, 400, 0));
    }

    @Test
    void shouldEndAnAttemptThatNobodyAnswers() throws Exception {
        HttpWebhookSender hasty = sender(trusting(null), HttpWebhookSender.Resolver.SYSTEM, 300);
        assertThat(post(hasty, saying(new byte[0], false)).outcome()).isEqualTo(Outcome.TIMEOUT);
        assertThat(post(hasty, saying(ascii("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), false))
                        .outcome())
                .isEqualTo(Outcome.TIMEOUT);
    }

    @Test
    void shouldReadNoMoreOfAnAnswerThanItsBound() throws Exception {
        byte[] endless = ascii(
                "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + "x".repeat(WebhookLimits.ANSWER_BYTES + 1));
        assertThat(post(saying(endless, false)).isAccepted()).isTrue();
        byte[] headers = ascii("HTTP/1.1 200 OK\r\nX: " + "x".repeat(WebhookLimits.ANSWER_HEADER_BYTES) + "\r\n\r\n");
        assertThat(post(saying(headers, false)).outcome()).isEqualTo(Outcome.UNREACHABLE);
    }

    @Test
    void shouldCallAServerThatIsNotOneUnreachable() throws Exception {
        assertThat(post(saying(ascii("SSH-2.0-whatever\r\n\r\n"), true)).outcome())
                .isEqualTo(Outcome.UNREACHABLE);
        assertThat(post(saying(new byte[0], true)).outcome()).isEqualTo(Outcome.UNREACHABLE);
        ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        gone.close();
        assertThat(post("http://127.0.0.1:" + gone.getLocalPort()).outcome()).isEqualTo(Outcome.UNREACHABLE);
    }

    @Test
    void shouldConnectToNothingButAnAllowedAddressOfTheName() throws Exception {
        String server = serve(answering(200, Map.of()));
        WebhookTarget fromOutside = new WebhookTarget(
                "shop",
                WebhookTarget.url("https://hooks.shop.example/"),
                List.of(WebhookSecret.of("s".repeat(32))),
                false);
        HttpWebhookSender lured =
                sender(trusting(null), host -> List.of(InetAddress.getLoopbackAddress()), PATIENT_MILLIS);
        CompletableFuture<WebhookAttempt> result = new CompletableFuture<>();
        loops.next().execute(() -> lured.post(fromOutside, Map.of(), BODY).thenAccept(result::complete));
        assertThat(result.get().outcome()).isEqualTo(Outcome.ADDRESS);
        HttpWebhookSender lost = sender(
                trusting(null),
                host -> {
                    throw new UnknownHostException(host);
                },
                PATIENT_MILLIS);
        assertThat(post(lost, server).outcome()).isEqualTo(Outcome.ADDRESS);
        assertThat(asked).isEmpty();
    }

    @Test
    void shouldTrustACertificateThatIsTrustedAndOfTheName() throws Exception {
        KeyStore keys = keysOf("hooks.shop.example");
        int port = serveTls(keys);
        HttpWebhookSender.Resolver here = host -> List.of(InetAddress.getLoopbackAddress());
        SslContext trusting = trusting(keys);
        String right = "https://hooks.shop.example:" + port + "/in";
        assertThat(post(sender(trusting, here, PATIENT_MILLIS), right).isAccepted())
                .isTrue();
        assertThat(asked).hasSize(1);
        assertThat(post(sender(trusting, here, PATIENT_MILLIS), "https://other.example:" + port + "/in")
                        .outcome())
                .isEqualTo(Outcome.UNREACHABLE);
        assertThat(post(sender(trusting(null), here, PATIENT_MILLIS), right).outcome())
                .isEqualTo(Outcome.UNREACHABLE);
        assertThat(asked).as("nothing is said to whom is not trusted").hasSize(1);
    }

    private int serveTls(KeyStore keys) throws Exception {
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD.toCharArray());
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(own.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.createContext("/", answering(204, Map.of()));
        server.start();
        opened.add(() -> server.stop(0));
        return server.getAddress().getPort();
    }

    private static SslContext trusting(@Nullable KeyStore keys) throws Exception {
        SslContextBuilder builder = SslContextBuilder.forClient().sslProvider(SslProvider.JDK);
        if (keys != null) {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(keys);
            builder.trustManager(trust);
        }
        return builder.build();
    }

    /** A key and a certificate for this name, made by the JDK's own tool. */
    private KeyStore keysOf(String name) throws Exception {
        Path store = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=dns:" + name,
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
        KeyStore pair = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            pair.load(in, PASSWORD.toCharArray());
        }
        pair.setCertificateEntry("trusted", pair.getCertificate("server"));
        return pair;
    }
}
