package io.tandem.relay.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StaticFilesTest {
    private final HttpWorld http = new HttpWorld(true, null);

    @AfterEach
    void close() {
        http.close();
    }

    @Test
    void shouldServeTheBundlesToEveryOriginAndHaveThemKeptForAWhile() {
        HttpWorld.Reply tag = http.get("/tandem.js");
        assertThat(tag.status()).isEqualTo(200);
        assertThat(tag.body()).isEqualTo("tag()");
        assertThat(tag.header("content-type")).isEqualTo("text/javascript; charset=utf-8");
        assertThat(tag.header("access-control-allow-origin")).isEqualTo("*");
        assertThat(tag.header("cross-origin-resource-policy")).isEqualTo("cross-origin");
        assertThat(tag.header("cache-control")).isEqualTo("public, max-age=300");
        assertThat(tag.header("x-content-type-options")).isEqualTo("nosniff");
        HttpWorld.Reply again = http.get("/tandem.js", "If-None-Match: " + tag.header("etag") + "\r\n");
        assertThat(again.status()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        assertThat(again.header("etag")).isEqualTo(tag.header("etag"));
        assertThat(again.header("access-control-allow-origin")).isEqualTo("*");
        assertThat(http.get("/tandem.js", "If-None-Match: \"old\"\r\n").status())
                .isEqualTo(200);
        assertThat(http.get("/tandem.js.map").status()).isEqualTo(200);
    }

    @Test
    void shouldAnswerHeadWithTheHeadersOfGetAlone() {
        HttpWorld.Reply head = http.send("HEAD", "/tandem.js", "", "");
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("content-length")).isEqualTo("5");
        assertThat(head.body()).isEmpty();
    }

    @Test
    void shouldServeTheDemosPagesUnderTheirPaths() {
        assertThat(http.get("/").body()).isEqualTo("<h1>home</h1>");
        assertThat(http.get("/home.css").body()).isEqualTo("h1{}");
        assertThat(http.get("/home.css").header("cache-control")).isEqualTo("no-cache");
        assertThat(http.get("/demo/").body()).isEqualTo("<h1>shop</h1>");
        assertThat(http.get("/demo/index.html").body()).isEqualTo("<h1>shop</h1>");
        assertThat(http.get("/demo/img/tent.svg").header("content-type")).isEqualTo("image/svg+xml");
        assertThat(http.get("/agent/").body()).isEqualTo("<h1>desk</h1>");
        assertThat(http.get("/agent").header("location")).isEqualTo("/agent/");
        assertThat(http.get("/demo?x=1").status()).isEqualTo(308);
    }

    @Test
    void shouldLetTheDeskRunItsOwnScriptsAlone() {
        String policy = http.get("/agent/").header("content-security-policy");
        assertThat(policy).contains("default-src 'none'", "script-src 'self';", "connect-src 'self'", "about:");
        assertThat(http.get("/agent/").header("referrer-policy")).isNotEmpty();
        assertThat(http.get("/demo/").headers()).doesNotContainKey("content-security-policy");
    }

    @Test
    void shouldServeNothingElse() {
        for (String path : new String[] {
            "/../tandem.js",
            "/demo/../tandem.js",
            "/demo/%2e%2e/tandem.js",
            "/demo/home/index.html",
            "/site/",
            "//",
            "/x"
        }) {
            assertThat(http.get(path).status()).as(path).isEqualTo(404);
        }
        HttpWorld.Reply post = http.post("/tandem.js", "", "{}");
        assertThat(post.status()).isEqualTo(405);
        assertThat(post.header("allow")).isEqualTo("GET, HEAD");
    }

    @Test
    void shouldHaveNoDemoInProduction() {
        HttpWorld production = new HttpWorld(false, null);
        assertThat(production.get("/tandem.js").status()).isEqualTo(200);
        assertThat(production.get("/").status()).isEqualTo(404);
        assertThat(production.get("/agent/").status()).isEqualTo(404);
        production.close();
    }

    @Test
    void shouldLoadAFolderOfTheClasspathFromClassesAndFromAJar(@TempDir Path temp) throws IOException {
        Files.createDirectories(temp.resolve("classes/client/demo"));
        Files.writeString(temp.resolve("classes/client/demo/a.js"), "1");
        Path jar = temp.resolve("client.jar");
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out)) {
            entries.putNextEntry(new JarEntry("client/"));
            entries.putNextEntry(new JarEntry("client/demo/a.js"));
            entries.write("1".getBytes(StandardCharsets.UTF_8));
        }
        for (Path root : new Path[] {temp.resolve("classes"), jar}) {
            try (URLClassLoader loader =
                    new URLClassLoader(new URL[] {root.toUri().toURL()}, null)) {
                assertThat(ClasspathFolder.load(loader, "client")).containsOnlyKeys("demo/a.js");
                assertThat(ClasspathFolder.load(loader, "nothing")).isEmpty();
            }
        }
    }
}
