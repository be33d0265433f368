package io.tandem.relay.transport.http;

import java.util.concurrent.CompletionStage;

/** Answers the calls of one method at one path. Called on the connection's event loop, which it must not block. */
interface Endpoint {
    CompletionStage<Answer> answer(Call call) throws Problem;
}
