package io.tandem.relay.audit.webhook;

import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Carries out one attempt to deliver a body. Called on the webhooks' loop; the stage completes there, never exceptionally, and within the attempt's time. */
interface WebhookSender {
    CompletionStage<WebhookAttempt> post(WebhookTarget target, Map<String, String> headers, byte[] body);
}
