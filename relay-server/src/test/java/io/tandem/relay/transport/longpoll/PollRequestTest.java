package io.tandem.relay.transport.longpoll;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.tandem.relay.fuzz.RandomBytes;
import io.tandem.relay.session.CarrierKind;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a path, a method and two headers ask for. The patterns here say what is read by hand there. */
class PollRequestTest {
    private static final String ID = PollWorld.SESSION;
    private static final Pattern PATH = Pattern.compile("/v1/sessions/(?<id>[^/?]*)/poll(?<query>\\?.*)?");
    private static final Pattern SESSION_ID = Pattern.compile("[0-9a-hjkmnp-tv-z]{26}");
    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,8}");
    private static final int MUTATIONS = 200_000;
    private static final String LETTERS = "/?0189afgiloupvz`{@[/:\n\r\u0085\u2028\u2029\ud83d\u00e9 ";

    private static HttpRequest request(HttpMethod method, String uri) {
        return new DefaultHttpRequest(HttpVersion.HTTP_1_1, method, "/") {
            // Also what Netty would not take for one.
            @Override
            public String uri() {
                return uri;
            }
        };
    }

    private static final EmbeddedChannel CONNECTION = new EmbeddedChannel();

    private static @Nullable PollRequest judged(HttpRequest request) {
        return PollRequest.judge(CONNECTION, request, Set.of(CarrierKind.values()));
    }

    /** A path, and what it is to a GET without a token. */
    record Path(String name, String uri, String verdict) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Path> paths() {
        String path = "/v1/sessions/" + ID + "/poll";
        return List.of(
                new Path("a path for polling", path, "probe"),
                new Path("a short id", "/v1/sessions/0123/poll", "bad id"),
                new Path("no id", "/v1/sessions//poll", "bad id"),
                new Path("an id with a letter that is none", path.replace('s', 'u'), "none"),
                new Path("an id with a capital", "/v1/sessions/" + ID.replace('s', 'S') + "/poll", "bad id"),
                new Path("an id that is too long", "/v1/sessions/" + ID + "0/poll", "bad id"),
                new Path("a query", path + "?a=b", "query"),
                new Path("an empty query", path + "?", "query"),
                new Path("two questions", path + "??", "query"),
                new Path("a query and a bad id", "/v1/sessions/0/poll?", "bad id"),
                new Path("a line's end in the query", path + "?a\u0085b", "none"),
                new Path("a line's end in the id", "/v1/sessions/0\n1/poll", "bad id"),
                new Path("a question in the id", "/v1/sessions/0?1/poll", "none"),
                new Path("more behind it", path + "/", "none"),
                new Path("more of its last part", path + "s", "none"),
                new Path("a part between", "/v1/sessions/" + ID + "/x/poll", "none"),
                new Path("no last part", "/v1/sessions/" + ID, "none"),
                new Path("half a last part", "/v1/sessions/" + ID + "/pol", "none"),
                new Path("the channel's", "/v1/sessions/" + ID + "/channel", "none"),
                new Path("nothing", "", "none"),
                new Path("its beginning", "/v1/sessions/", "none"),
                new Path("an absolute one", "http://relay" + path, "none"));
    }

    private static String verdict(@Nullable PollRequest judged) {
        if (judged == null) {
            return "none";
        }
        if (judged instanceof PollRequest.Refused refused) {
            return refused.problem().detail().contains("a query") ? "query" : "bad id";
        }
        return judged instanceof PollRequest.Probe ? "probe" : judged.toString();
    }

    @ParameterizedTest
    @MethodSource("paths")
    void shouldReadThePath(Path path) {
        assertThat(verdict(judged(request(HttpMethod.GET, path.uri())))).isEqualTo(path.verdict());
        assertThat(path.verdict()).as("by pattern").isEqualTo(byPattern(path.uri()));
    }

    private static String byPattern(String uri) {
        Matcher path = PATH.matcher(uri);
        if (!path.matches()) {
            return "none";
        }
        if (!SESSION_ID.matcher(path.group("id")).matches()) {
            return "bad id";
        }
        return path.group("query") == null ? "probe" : "query";
    }

    @Test
    void shouldReadWhateverComesAsThePatternDoes() {
        RandomBytes random = new RandomBytes(20_261_123);
        List<Path> paths = paths();
        for (int i = 0; i < MUTATIONS; i++) {
            StringBuilder uri =
                    new StringBuilder(paths.get(random.below(paths.size())).uri());
            for (int changes = random.below(3); changes > 0 && !uri.isEmpty(); changes--) {
                int at = random.below(uri.length());
                char letter = LETTERS.charAt(random.below(LETTERS.length()));
                switch (random.below(3)) {
                    case 0 -> uri.setCharAt(at, letter);
                    case 1 -> uri.insert(at, letter);
                    default -> uri.deleteCharAt(at);
                }
            }
            String mutant = uri.toString();
            assertThat(verdict(judged(request(HttpMethod.GET, mutant))))
                    .as(mutant)
                    .isEqualTo(byPattern(mutant));
        }
    }

    @Test
    void shouldAnswerAPreflightOfWhateverIdAndNoOther() {
        assertThat(judged(request(HttpMethod.OPTIONS, "/v1/sessions/0/poll?")))
                .isInstanceOf(PollRequest.Preflight.class);
        assertThat(judged(request(HttpMethod.OPTIONS, "/v1/sessions/0/pol"))).isNull();
    }

    private static HttpRequest numbered(String... numbers) {
        HttpRequest request = request(HttpMethod.POST, PollWorld.PATH);
        request.headers().set("TANDEM-token", "secret");
        for (String number : numbers) {
            request.headers().add("tandem-REQUEST", number);
        }
        return request;
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void shouldReadTheNumber(String text) {
        int expected = NUMBER.matcher(text).matches() ? Integer.parseInt(text) : PollRequest.NO_NUMBER;
        assertThat(judged(numbered(text))).isEqualTo(new PollRequest.Up(ID, "secret", expected));
    }

    static List<String> numbers() {
        return List.of(
                "1",
                "9",
                "10",
                "999999999",
                "1000000000",
                "2147483648",
                "0",
                "01",
                "-1",
                "+1",
                "1.",
                "a",
                "1a",
                "/1",
                ":1",
                "",
                "\u0661");
    }

    @Test
    void shouldTakeOneNumberOnly() {
        assertThat(judged(numbered("7", "7"))).isEqualTo(new PollRequest.Up(ID, "secret", PollRequest.NO_NUMBER));
        assertThat(judged(numbered())).isEqualTo(new PollRequest.Up(ID, "secret", PollRequest.NO_NUMBER));
    }

    @Test
    void shouldTellWhatAHeadTookOfTheNetwork() {
        HttpRequest request = numbered("12");
        request.headers().add("Origin", "https://shop.example").add("Origin", "null");
        int bytes = ("POST " + PollWorld.PATH + " HTTP/1.1\r\n\r\n").length();
        for (Map.Entry<String, String> header : request.headers()) {
            bytes += (header.getKey() + ": " + header.getValue() + "\r\n").length();
        }
        assertThat(PollRequest.headBytes(request)).isEqualTo(bytes);
    }
}
