package io.tandem.relay.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SiteFolderTest {
    private static final String TAG = "<script src=\"/tandem.js\" data-brand=\"demo\" async></script>";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path temp;

    @SuppressWarnings("NullAway.Init")
    private HttpWorld http;

    @BeforeEach
    void layOut() throws IOException {
        Path site = temp.resolve("site");
        Files.createDirectories(site.resolve("inner"));
        Files.writeString(site.resolve("index.html"), "<html><head><title>x</title></head><body></body></html>");
        Files.writeString(site.resolve("style.css"), "h1{}");
        Files.writeString(site.resolve("a b.html"), "<p>spaced");
        Files.writeString(site.resolve("inner/index.html"), "<p>inner");
        Files.createDirectories(site.resolve("empty"));
        Files.writeString(temp.resolve("secret.txt"), "secret");
        Files.createSymbolicLink(site.resolve("link.txt"), temp.resolve("secret.txt"));
        Files.createSymbolicLink(site.resolve("up"), temp);
        Files.createSymbolicLink(site.resolve("own.css"), site.resolve("style.css"));
        http = new HttpWorld(true, site);
    }

    @AfterEach
    void close() {
        http.close();
    }

    @Test
    void shouldServePagesWithTheTagInThem() {
        HttpWorld.Reply page = http.get("/site/");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("content-type")).isEqualTo("text/html");
        assertThat(page.body()).isEqualTo("<html><head><title>x</title>" + TAG + "</head><body></body></html>");
        assertThat(http.get("/site/a%20b.html").body()).isEqualTo("<p>spaced" + TAG);
        assertThat(http.get("/site/inner/").body()).isEqualTo("<p>inner" + TAG);
        assertThat(http.get("/site/", "If-None-Match: " + page.header("etag") + "\r\n")
                        .status())
                .isEqualTo(304);
    }

    @Test
    void shouldServeOtherFilesAsTheyAre() {
        HttpWorld.Reply css = http.get("/site/style.css");
        assertThat(css.body()).isEqualTo("h1{}");
        assertThat(css.header("content-type")).isEqualTo("text/css");
        assertThat(http.get("/site/own.css").body()).isEqualTo("h1{}");
    }

    @Test
    void shouldLeadAFolderToItsSlash() {
        assertThat(http.get("/site").header("location")).isEqualTo("/site/");
        assertThat(http.get("/site/inner").header("location")).isEqualTo("/site/inner/");
    }

    @Test
    void shouldNeverLeaveTheFolder() {
        for (String path : new String[] {
            "/site/../secret.txt",
            "/site/%2e%2e/secret.txt",
            "/site/..%2fsecret.txt",
            "/site/link.txt",
            "/site/up/secret.txt",
            "/site/up/",
            "/site//etc/passwd",
            "/site/%00",
            "/site/none.html",
            "/site/empty/"
        }) {
            HttpWorld.Reply reply = http.get(path);
            assertThat(reply.status()).as(path).isEqualTo(404);
            assertThat(reply.body()).doesNotContain("secret", temp.toString());
        }
    }

    static Stream<Arguments> pages() {
        return Stream.of(
                Arguments.of("<head></head>", "<head>#</head>"),
                Arguments.of("<HEAD></HEAD >x", "<HEAD>#</HEAD >x"),
                Arguments.of("", "#"),
                Arguments.of("<p>no head", "<p>no head#"),
                Arguments.of("<title>t</title><header>h</header>", "<title>t</title><header>h</header>#"),
                Arguments.of("<head><!-- </head> --></head>", "<head><!-- </head> -->#</head>"),
                Arguments.of("<head><script>'</head>'</script></head>", "<head><script>'</head>'</script>#</head>"),
                Arguments.of("<head><scripted></scripted></head>", "<head><scripted></scripted>#</head>"),
                Arguments.of("<head><style>x", "<head><style>x#"),
                Arguments.of("<title></head></title></head>", "<title></head></title>#</head>"));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void shouldFindTheEndOfTheHead(String page, String injected) {
        assertThat(new String(TagInjection.inject(page.getBytes(StandardCharsets.UTF_8), "#"), StandardCharsets.UTF_8))
                .isEqualTo(injected);
    }

    @Test
    void shouldKeepThePagesCharset() {
        byte[] latin = "<head></head>\u00e4".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(TagInjection.inject(latin, "#"))
                .isEqualTo("<head>#</head>\u00e4".getBytes(StandardCharsets.ISO_8859_1));
        byte[] utf8 = "<head></head>\u00e4\u20ac".getBytes(StandardCharsets.UTF_8);
        assertThat(TagInjection.inject(utf8, "#"))
                .isEqualTo("<head>#</head>\u00e4\u20ac".getBytes(StandardCharsets.UTF_8));
        byte[] utf16 = "\ufeff<head></head>\u20ac".getBytes(StandardCharsets.UTF_16LE);
        assertThat(TagInjection.inject(utf16, "#"))
                .isEqualTo("\ufeff<head>#</head>\u20ac".getBytes(StandardCharsets.UTF_16LE));
    }
}
