package io.tandem.relay.transport.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** A file that is served whole. A browser may keep it but asks each time whether it is still the one, unless its place says otherwise. */
final class StaticFile {
    /** Enough of a hash that two versions of a file never share it. */
    private static final int ETAG_BYTES = 16;

    private final String contentType;
    private final byte[] content;
    private final String etag;

    StaticFile(String contentType, byte[] content) {
        this.contentType = contentType;
        this.content = content;
        this.etag = '"' + HexFormat.of().formatHex(Arrays.copyOf(digest(content), ETAG_BYTES)) + '"';
    }

    private static byte[] digest(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    Answer answer(Call call) {
        Answer answer = isKnownBy(call)
                ? Answer.empty(HttpResponseStatus.NOT_MODIFIED)
                : Answer.bytes(HttpResponseStatus.OK, contentType, content);
        return answer.with("etag", etag)
                .with("cache-control", "no-cache")
                .with("referrer-policy", "strict-origin-when-cross-origin");
    }

    private boolean isKnownBy(Call call) {
        String known = call.headers().get(HttpHeaderNames.IF_NONE_MATCH);
        return known != null
                && Arrays.stream(known.split(",", -1))
                        .map(String::strip)
                        .anyMatch(tag -> tag.equals("*") || tag.equals(etag) || tag.equals("W/" + etag));
    }
}
