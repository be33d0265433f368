package io.tandem.load;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Supplier;

/** Requests as nobody should send them, one after the other from a seed. About one in ten is as it should be. */
final class RestRequests {
    private static final String[] METHODS = {"GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS", "BREW", "get"};
    private static final int LONGER_THAN_A_LINE = 5_000;
    private static final int LONGER_THAN_HEADERS = 17_000;
    private static final int OVER_THE_BOUND = 60_000;
    private static final int DEPTH = 2_000;

    /**
     * One request.
     *
     * @param latin its bytes, a character each
     * @param isWhole whether all that it announces was sent: if not, nobody can be answered
     */
    record Request(String method, String latin, boolean isWhole) {
        static Request of(String method, byte[] bytes, boolean isWhole) {
            return new Request(method, new String(bytes, StandardCharsets.ISO_8859_1), isWhole);
        }

        byte[] bytes() {
            return latin.getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    private final Random random;
    private final String session;
    private final Supplier<String> tokens;
    private final String token;

    RestRequests(Random random, String session, Supplier<String> tokens) {
        this.random = random;
        this.session = session;
        this.tokens = tokens;
        this.token = tokens.get();
    }

    private boolean oneIn(int chances) {
        return random.nextInt(chances) == 0;
    }

    private <T> T any(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    Request next() {
        String method = METHODS[oneIn(4) ? random.nextInt(METHODS.length) : random.nextInt(3)];
        boolean hasBody = method.equals("POST") || oneIn(5);
        byte[] body = hasBody ? body() : new byte[0];
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        write(
                bytes,
                method + " " + path() + " "
                        + (oneIn(40) ? any(List.of("HTTP/1.0", "HTTP/2.0", "HTTP/9", "HTP")) : "HTTP/1.1"));
        write(bytes, "\r\n" + headers());
        if (!hasBody) {
            write(bytes, oneIn(20) ? "Content-Length: -1\r\n\r\n" : "\r\n");
            return Request.of(method, bytes.toByteArray(), true);
        }
        return withBody(method, bytes, body);
    }

    private Request withBody(String method, ByteArrayOutputStream bytes, byte[] body) {
        switch (random.nextInt(8)) {
            case 0 -> {
                write(bytes, "Transfer-Encoding: chunked\r\n\r\n");
                return Request.of(method, chunked(bytes, body), true);
            }
            case 1 -> {
                // What is announced never comes.
                write(bytes, "Content-Length: " + (body.length + 1 + random.nextInt(100)) + "\r\n\r\n");
                bytes.writeBytes(body);
                return Request.of(method, bytes.toByteArray(), false);
            }
            case 2 -> {
                write(
                        bytes,
                        any(List.of(
                                "Content-Length: 3\r\nContent-Length: 4\r\n\r\n",
                                "Content-Length: 12345678901234567890\r\n\r\n",
                                "Content-Length: three\r\n\r\n",
                                "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1]\r\n0\r\n\r\n",
                                "Content-Length: +3\r\n\r\n")));
                bytes.writeBytes(body);
                return Request.of(method, bytes.toByteArray(), true);
            }
            default -> {
                write(bytes, "Content-Length: " + body.length + "\r\n\r\n");
                bytes.writeBytes(body);
                return Request.of(method, bytes.toByteArray(), true);
            }
        }
    }

    private byte[] chunked(ByteArrayOutputStream bytes, byte[] body) {
        int at = 0;
        while (at < body.length) {
            int length = Math.min(body.length - at, 1 + random.nextInt(200));
            write(bytes, Integer.toHexString(length) + (oneIn(10) ? ";extension=1" : "") + "\r\n");
            bytes.write(body, at, length);
            write(bytes, "\r\n");
            at += length;
        }
        write(bytes, any(List.of("0\r\n\r\n", "0\r\n\r\n", "0\r\nTrailer: x\r\n\r\n", "xyz\r\n\r\n", "-5\r\n\r\n")));
        return bytes.toByteArray();
    }

    private static void write(ByteArrayOutputStream bytes, String text) {
        bytes.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private String path() {
        String id = oneIn(3) ? segment() : session;
        String path = any(List.of(
                "/v1/sessions",
                "/v1/sessions/" + id,
                "/v1/sessions/" + id + "/invitations",
                "/v1/sessions/" + id + "/invitations",
                "/v1/sessions/" + id + "/invitations",
                "/v1/sessions/" + id + "/invitations/" + segment(),
                "/v1/openapi.json",
                "/healthz",
                "/readyz",
                "/metrics",
                "/agent/dev-token",
                "/" + segment()));
        return switch (random.nextInt(12)) {
            case 0 -> path + "?state=" + segment();
            case 1 -> path + "?" + segment() + "&" + segment() + "=" + segment();
            case 2 -> path.replace("/", oneIn(2) ? "//" : "/../");
            case 3 -> path + "/";
            default -> path;
        };
    }

    private String segment() {
        return any(List.of(
                "x",
                "",
                "..",
                "%",
                "%zz",
                "%00",
                "%c3%28",
                "%ed%a0%80",
                "%f0%9f%98%80",
                "%2e%2e%2f",
                "\u00e9",
                "a".repeat(random.nextInt(LONGER_THAN_A_LINE)),
                session.substring(1),
                session.toUpperCase(Locale.ROOT),
                "waiting",
                "'\"<>;--",
                "*"));
    }

    private String headers() {
        StringBuilder headers = new StringBuilder(oneIn(30) ? "" : "Host: relay.example\r\n");
        headers.append("Connection: close\r\n");
        if (!oneIn(5)) {
            headers.append("Authorization: ").append(authorization()).append("\r\n");
        }
        if (!oneIn(5)) {
            headers.append("Content-Type: ").append(contentType()).append("\r\n");
        }
        if (oneIn(6)) {
            headers.append(any(List.of(
                    "Origin: https://shop.example\r\n",
                    "Origin: null\r\n",
                    "Origin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n",
                    "Expect: 100-continue\r\n",
                    "Expect: the-unexpected\r\n",
                    "Accept: text/html\r\n",
                    "Content-Encoding: gzip\r\n",
                    "Upgrade: h2c\r\n",
                    ": no name\r\n",
                    "No colon\r\n",
                    "Na me: x\r\n",
                    "X: \u0001\u0000\r\n",
                    " folded: x\r\n",
                    "X: " + "x".repeat(random.nextInt(LONGER_THAN_HEADERS)) + "\r\n",
                    "X: y\r\n".repeat(random.nextInt(500)))));
        }
        return headers.toString();
    }

    private String authorization() {
        return switch (random.nextInt(12)) {
            case 0 -> "Bearer ";
            case 1 -> "Bearer x.y.z";
            case 2 -> "Basic dXNlcjpwYXNz";
            case 3 -> "Bearer " + token.substring(0, random.nextInt(token.length()));
            case 4 -> "Bearer " + flipped(token);
            case 5 -> "Bearer " + "a".repeat(random.nextInt(LONGER_THAN_A_LINE));
            case 6 -> "bearer  " + tokens.get();
            default -> "Bearer " + token;
        };
    }

    private String flipped(String text) {
        char[] chars = text.toCharArray();
        chars[random.nextInt(chars.length)] = (char) (33 + random.nextInt(90));
        return new String(chars);
    }

    private String contentType() {
        return oneIn(4)
                ? any(List.of(
                        "text/plain",
                        "application/json; charset=utf-16",
                        "application/jsonp",
                        ";",
                        "multipart/form-data; boundary=x"))
                : "application/json";
    }

    private byte[] body() {
        return switch (random.nextInt(16)) {
            case 0 -> utf8("[".repeat(DEPTH));
            case 1 -> utf8("{\"a\":".repeat(DEPTH) + "1" + "}".repeat(DEPTH));
            case 2 -> utf8("{\"mode\":" + "9".repeat(1 + random.nextInt(3_000)) + "}");
            case 3 -> utf8("{\"mode\":1e999999999,\"name\":-1E-999999999}");
            case 4 -> utf8("{\"mode\":\"shared\",\"mode\":\"view-only\"}");
            case 5 -> new byte[] {'{', '"', 'm', 'o', 'd', 'e', '"', ':', '"', (byte) 0xC3, '(', '"', '}'};
            case 6 -> utf8("{\"mode\":\"\\ud83d\"}");
            case 7 -> utf8("{\"mode\":\"" + "x".repeat(random.nextInt(OVER_THE_BOUND)) + "\"}");
            case 8 -> utf8("\ufeff{\"mode\":\"shared\"}");
            case 9 -> "{\"mode\":\"shared\"}".getBytes(StandardCharsets.UTF_16);
            case 10 ->
                utf8(any(List.of(
                        "", " ", "null", "true", "0", "\"mode\"", "{}", "[]", "{\"mode\"}", "{\"mode\":}", "NaN")));
            case 11 -> noise();
            case 12 -> utf8("{\"mode\":[\"shared\"],\"name\":{\"mode\":\"shared\"}}");
            default ->
                mutated(utf8(
                        "{\"mode\":\"" + any(List.of("shared", "view-only", "SHARED", "")) + "\",\"name\":\"Ada\"}"));
        };
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private byte[] noise() {
        byte[] noise = new byte[random.nextInt(200)];
        random.nextBytes(noise);
        return noise;
    }

    private byte[] mutated(byte[] body) {
        for (int i = random.nextInt(4); i > 0; i--) {
            body[random.nextInt(body.length)] = (byte) random.nextInt();
        }
        return body;
    }
}
