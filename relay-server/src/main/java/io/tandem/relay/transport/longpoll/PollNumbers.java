package io.tandem.relay.transport.longpoll;

import java.util.Locale;

/** The numbers of a carrier's requests in one direction: what each is to the last. */
final class PollNumbers {
    /** What a request is to the last of its direction. */
    enum Turn {
        /** Its turn. */
        NEXT,
        /** The last once more. */
        AGAIN,
        /** Earlier than the last: so late that the client has sent the next since, and nobody waits for its answer. */
        OVERTAKEN,
        /** None of these. */
        OUT_OF_TURN
    }

    private final String method;

    /** Written on the session's loop; a connection asks whether a body is worth gathering. */
    private volatile int last;

    PollNumbers(String method) {
        this.method = method;
    }

    Turn judge(int number) {
        if (number == last + 1) {
            return Turn.NEXT;
        }
        if (number == last) {
            return Turn.AGAIN;
        }
        return number > 0 && number < last ? Turn.OVERTAKEN : Turn.OUT_OF_TURN;
    }

    void next() {
        int next = last + 1;
        last = next;
    }

    /** Says what came, and what is allowed. */
    String outOfTurn(int number) {
        String came = number == PollRequest.NO_NUMBER ? "none" : Integer.toString(number);
        return String.format(Locale.ROOT, "a %s with number %s; allowed after %d is %d", method, came, last, last + 1);
    }
}
