package io.tandem.relay.transport.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.Ticker;
import io.tandem.relay.identity.AgentIdentity;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.identity.SessionState;
import io.tandem.relay.session.CommandOutcome;
import io.tandem.relay.session.InvitationView;
import io.tandem.relay.session.InviteOutcome;
import io.tandem.relay.session.SessionDirectory.Stage;
import io.tandem.relay.session.SessionView;
import io.tandem.relay.session.Sessions;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** {@code /v1/sessions}: what an agent's desk asks of the sessions of its brand. */
final class SessionEndpoints {
    private static final String SESSIONS = "/v1/sessions";
    private static final String SESSION = SESSIONS + "/*";
    private static final String INVITATIONS = SESSION + "/invitations";
    private static final String INVITATION = INVITATIONS + "/*";

    /** An ended session is not listed: it is about to be forgotten. */
    private static final List<SessionState> LISTED =
            List.of(SessionState.WAITING, SessionState.ACTIVE, SessionState.PAUSED);

    private final Sessions sessions;
    private final AgentCalls agents;
    private final Ticker ticker;

    SessionEndpoints(Sessions sessions, AgentCalls agents, Ticker ticker) {
        this.sessions = sessions;
        this.agents = agents;
        this.ticker = ticker;
    }

    void addTo(Routes routes) {
        routes.add(HttpMethod.GET, SESSIONS, this::list)
                .add(HttpMethod.GET, SESSION, this::show)
                .add(HttpMethod.DELETE, SESSION, this::end)
                .add(HttpMethod.POST, INVITATIONS, this::invite)
                .add(HttpMethod.GET, INVITATION, this::showInvitation)
                .add(HttpMethod.DELETE, INVITATION, this::withdraw);
    }

    private CompletionStage<Answer> list(Call call) throws Problem {
        AgentIdentity agent = agents.agent(call);
        String named = call.query().getOrDefault("state", List.of("waiting")).get(0);
        SessionState state = SessionState.ofWireName(named);
        if (state == null || !LISTED.contains(state)) {
            throw new Problem(
                    ProblemType.BAD_PARAMETER,
                    "state",
                    LISTED.stream().map(SessionState::wireName).toList());
        }
        List<SessionView> found = sessions.list(agent.brand(), state);
        return Answer.json(HttpResponseStatus.OK, json -> {
                    json.writeArrayFieldStart("sessions");
                    for (SessionView session : found) {
                        json.writeStartObject();
                        writeSummary(json, session);
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                })
                .now();
    }

    private void writeSummary(JsonGenerator json, SessionView session) throws IOException {
        long waitingNanos = ticker.nanoTime() - session.waitingSinceNanos();
        json.writeStringField("id", session.id());
        json.writeStringField("state", session.state().wireName());
        json.writeNumberField("waitingMillis", TimeUnit.NANOSECONDS.toMillis(waitingNanos));
        SessionView.PageView page = session.page();
        if (page == null) {
            json.writeNullField("page");
        } else {
            json.writeObjectFieldStart("page");
            json.writeStringField("origin", page.origin());
            json.writeStringField("path", page.path());
            json.writeEndObject();
        }
        json.writeBooleanField("invitable", session.invitable());
    }

    private CompletionStage<Answer> show(Call call) throws Problem {
        AgentIdentity agent = agents.agent(call);
        SessionView session = sessions.find(agent.brand(), call.parts().get(0)).orElse(null);
        if (session == null) {
            throw noSuchSession();
        }
        return Answer.json(HttpResponseStatus.OK, json -> {
                    writeSummary(json, session);
                    json.writeStringField(
                            "mode",
                            session.mode() == null ? null : session.mode().wireName());
                    json.writeStringField(
                            "reason",
                            session.reason() == null ? null : session.reason().wireName());
                    json.writeArrayFieldStart("participants");
                    for (SessionView.ParticipantView participant : session.participants()) {
                        json.writeStartObject();
                        json.writeNumberField("number", participant.number());
                        json.writeStringField("role", participant.role().wireName());
                        json.writeStringField("name", participant.name());
                        json.writeBooleanField("present", participant.present());
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                })
                .now();
    }

    private CompletionStage<Answer> end(Call call) throws Problem {
        AgentIdentity agent = agents.agent(call);
        return sessions.end(agent, call.parts().get(0))
                .thenApply(outcome -> commanded(outcome, noSuchSession(), "the session has ended"));
    }

    private CompletionStage<Answer> invite(Call call) throws Problem {
        AgentIdentity agent = agents.agent(call);
        AgentCalls.requireJson(call);
        List<String> modes = Arrays.stream(Mode.values()).map(Mode::wireName).toList();
        Mode mode = Mode.ofWireName(Json.text(call.body().bytes(), "mode", modes));
        if (mode == null) {
            throw new Problem(ProblemType.BAD_BODY, "mode is unknown", modes);
        }
        String session = call.parts().get(0);
        return sessions.invite(agent, session, mode).thenApply(outcome -> invited(session, outcome));
    }

    private static Answer invited(String session, InviteOutcome outcome) {
        if (outcome instanceof InviteOutcome.Invited invited) {
            String channel = SESSIONS + "/" + session + "/channel";
            return Answer.json(HttpResponseStatus.CREATED, json -> {
                        writeInvitation(json, invited.invitation());
                        json.writeStringField("grant", invited.grant());
                        json.writeStringField("channel", channel);
                    })
                    .with(
                            "location",
                            SESSIONS + "/" + session + "/invitations/"
                                    + invited.invitation().id());
        }
        return notInvited(outcome).answer();
    }

    private static Problem notInvited(InviteOutcome outcome) {
        if (outcome instanceof InviteOutcome.AgentBusy busy) {
            return new Problem(
                    ProblemType.AGENT_BUSY,
                    (busy.stage() == Stage.ACTIVE
                                    ? "the agent takes part in an active session"
                                    : "the agent has a pending invitation")
                            + "; allowed is one at a time: end or withdraw it first");
        }
        if (outcome instanceof InviteOutcome.SessionBusy busy) {
            return new Problem(
                    ProblemType.SESSION_BUSY,
                    busy.state() == SessionState.WAITING
                            ? "another agent's invitation waits for the consumer's answer"
                            : "the session is " + busy.state().wireName() + "; allowed is one that waits");
        }
        if (outcome instanceof InviteOutcome.TooManyInvitations bound) {
            return new Problem(
                    ProblemType.TOO_MANY_INVITATIONS, "allowed are " + bound.allowed() + " in a session's life");
        }
        return noSuchSession();
    }

    private static void writeInvitation(JsonGenerator json, InvitationView invitation) throws IOException {
        json.writeStringField("invitation", invitation.id());
        json.writeStringField("state", invitation.state().wireName());
        json.writeStringField("mode", invitation.mode().wireName());
        json.writeNumberField("expiresInMillis", invitation.expiresInMillis());
        json.writeStringField("session", invitation.session());
    }

    private CompletionStage<Answer> showInvitation(Call call) throws Problem {
        AgentIdentity agent = agents.agent(call);
        return sessions.invitation(
                        agent.brand(), call.parts().get(0), call.parts().get(1))
                .thenApply(found -> found.map(invitation ->
                                Answer.json(HttpResponseStatus.OK, json -> writeInvitation(json, invitation)))
                        .orElseGet(() -> noSuchInvitation().answer()));
    }

    private CompletionStage<Answer> withdraw(Call call) throws Problem {
        AgentIdentity agent = agents.agent(call);
        return sessions.withdraw(agent, call.parts().get(0), call.parts().get(1))
                .thenApply(outcome -> commanded(outcome, noSuchInvitation(), "the invitation is not pending any more"));
    }

    private static Answer commanded(CommandOutcome outcome, Problem notFound, String tooLate) {
        return switch (outcome) {
            case DONE -> Answer.empty(HttpResponseStatus.NO_CONTENT);
            case NOT_FOUND -> notFound.answer();
            case NOT_YOURS -> new Problem(ProblemType.NOT_YOURS, "allowed is what the agent itself began").answer();
            case TOO_LATE -> new Problem(ProblemType.TOO_LATE, tooLate).answer();
        };
    }

    private static Problem noSuchSession() {
        return new Problem(ProblemType.NO_SUCH_SESSION, "no session of the agent's brand has this id on this node");
    }

    private static Problem noSuchInvitation() {
        return new Problem(ProblemType.NO_SUCH_INVITATION, "no such invitation of a session of the agent's brand");
    }
}
