package io.tandem.relay.transport.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Locale;

/** The kinds of problem that the REST interface answers with (RFC 9457). */
enum ProblemType {
    /** The request itself is not HTTP as it should be. */
    BAD_REQUEST(400, "The request is malformed"),
    /** The body is not the JSON that this call takes. */
    BAD_BODY(400, "The body is not what this call takes"),
    /** A parameter of the query has a value that is not allowed. */
    BAD_PARAMETER(400, "A parameter is not what this call takes"),
    /** No token, or one that says nothing that can be trusted. */
    NOT_AUTHENTICATED(401, "The agent is not known"),
    /** A browser on an origin that is not one of the brand's desks. */
    ORIGIN_NOT_ALLOWED(403, "This origin may not call the relay"),
    /** The token's role does not include this. */
    NOT_FOR_THIS_ROLE(403, "Another role may do this"),
    /** The session or invitation is another agent's. */
    NOT_YOURS(403, "This belongs to another agent"),
    /** Nothing is at this path. */
    NOT_FOUND(404, "There is nothing here"),
    /** No such session of the brand is on this node. */
    NO_SUCH_SESSION(404, "There is no such session"),
    /** Nobody has this code now. */
    NO_SUCH_CODE(404, "There is no such code"),
    /** The session has no such invitation. */
    NO_SUCH_INVITATION(404, "There is no such invitation"),
    /** The path takes other methods. */
    METHOD_NOT_ALLOWED(405, "The method is not allowed here"),
    /** The agent takes part in a session or waits for an answer. */
    AGENT_BUSY(409, "The agent is engaged already"),
    /** Another agent was first. */
    SESSION_BUSY(409, "The session is taken"),
    /** The session is not live, or full. */
    NOT_OBSERVABLE(409, "The session cannot be watched now"),
    /** It is past that already. */
    TOO_LATE(409, "It is too late for that"),
    /** The body is over the bound. */
    TOO_LARGE(413, "The body is too large"),
    /** The body is not said to be JSON. */
    UNSUPPORTED_MEDIA_TYPE(415, "The body has another media type"),
    /** The request expects something that this server does not do. */
    EXPECTATION_FAILED(417, "The expectation cannot be met"),
    /** This consumer was asked often enough. */
    TOO_MANY_INVITATIONS(429, "The consumer was invited too often"),
    /** Too many codes were named that nobody has. */
    TOO_MANY_GUESSES(429, "Too many codes were wrong"),
    /** The relay's own fault. */
    INTERNAL_ERROR(500, "The relay met a fault of its own"),
    /** What the call needs cannot be reached now. */
    UNAVAILABLE(503, "The relay cannot do this now");

    private final int status;
    private final String title;
    private final String urn =
            "urn:tandem:problem:" + name().toLowerCase(Locale.ROOT).replace('_', '-');

    ProblemType(int status, String title) {
        this.status = status;
        this.title = title;
    }

    HttpResponseStatus status() {
        return HttpResponseStatus.valueOf(status);
    }

    String title() {
        return title;
    }

    /** The problem's {@code type}, stable and never resolved. */
    String urn() {
        return urn;
    }
}
