package io.tandem.relay.transport.http;

import java.util.List;

/** A call that cannot be answered as asked: why, and what is allowed. Without a stack trace, as clients earn many. */
final class Problem extends Exception {
    private static final long serialVersionUID = 1L;

    private final ProblemType type;
    private final String detail;
    private final transient List<String> allowed;

    Problem(ProblemType type, String detail) {
        this(type, detail, List.of());
    }

    Problem(ProblemType type, String detail, List<String> allowed) {
        super(type + ": " + detail, null, false, false);
        this.type = type;
        this.detail = detail;
        this.allowed = allowed;
    }

    Answer answer() {
        Answer answer = Answer.problem(type, detail, allowed);
        return switch (type) {
            case METHOD_NOT_ALLOWED -> answer.with("allow", String.join(", ", allowed));
            case NOT_AUTHENTICATED -> answer.with("www-authenticate", "Bearer");
            case UNAVAILABLE -> answer.with("retry-after", "5");
            default -> answer;
        };
    }
}
