package io.tandem.relay.transport.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.Ticker;
import io.tandem.relay.identity.AgentAct;
import io.tandem.relay.identity.AgentIdentity;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.identity.SessionState;
import io.tandem.relay.session.CommandOutcome;
import io.tandem.relay.session.InvitationView;
import io.tandem.relay.session.InviteOutcome;
import io.tandem.relay.session.PhoneCodes;
import io.tandem.relay.session.SessionDirectory.Stage;
import io.tandem.relay.session.SessionView;
import io.tandem.relay.session.Sessions;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** {@code /v1/sessions}: what an agent's desk asks of the sessions of its brand. */
final class SessionEndpoints {
    private static final String SESSIONS = "/v1/sessions";
    private static final String SESSION = SESSIONS + "/*";
    private static final String INVITATIONS = SESSION + "/invitations";
    private static final String INVITATION = INVITATIONS + "/*";
    private static final String BY_CODE = "/v1/invitations";
    private static final String OBSERVERS = SESSION + "/observers";

    private static final Pattern CODE = Pattern.compile("[0-9]{" + PhoneCodes.DIGITS + "}");

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
        routes.add(HttpMethod.GET, SESSIONS, agents.only(AgentAct.LIST_SESSIONS, this::list))
                .add(HttpMethod.GET, SESSION, agents.only(AgentAct.SHOW_SESSION, this::show))
                .add(HttpMethod.DELETE, SESSION, agents.only(AgentAct.END_SESSION, this::end))
                .add(HttpMethod.POST, INVITATIONS, agents.only(AgentAct.INVITE, this::invite))
                .add(HttpMethod.POST, BY_CODE, agents.only(AgentAct.INVITE_BY_CODE, this::inviteByCode))
                .add(HttpMethod.GET, INVITATION, agents.only(AgentAct.SHOW_INVITATION, this::showInvitation))
                .add(HttpMethod.DELETE, INVITATION, agents.only(AgentAct.WITHDRAW_INVITATION, this::withdraw))
                .add(HttpMethod.POST, OBSERVERS, agents.only(AgentAct.OBSERVE, this::observe));
    }

    private CompletionStage<Answer> list(AgentIdentity agent, Call call) throws Problem {
        String named = call.query().getOrDefault("state", List.of("waiting")).get(0);
        SessionState state = SessionState.ofWireName(named);
        if (state == null || !LISTED.contains(state)) {
            throw new Problem(
                    ProblemType.BAD_PARAMETER,
                    "state",
                    LISTED.stream().map(SessionState::wireName).toList());
        }
        String asking = call.query().getOrDefault("asking", List.of("false")).get(0);
        if (!asking.equals("true") && !asking.equals("false")) {
            throw new Problem(ProblemType.BAD_PARAMETER, "asking", List.of("true", "false"));
        }
        List<SessionView> found = sessions.list(agent.brand(), state).stream()
                .filter(session -> asking.equals("false") || session.askingSinceNanos() != null)
                .toList();
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
        Long askingSince = session.askingSinceNanos();
        if (askingSince == null) {
            json.writeNullField("askingMillis");
        } else {
            json.writeNumberField("askingMillis", TimeUnit.NANOSECONDS.toMillis(ticker.nanoTime() - askingSince));
        }
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

    private CompletionStage<Answer> show(AgentIdentity agent, Call call) throws Problem {
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

    private CompletionStage<Answer> end(AgentIdentity agent, Call call) {
        return sessions.end(agent, call.parts().get(0))
                .thenApply(outcome -> commanded(outcome, noSuchSession(), "the session has ended"));
    }

    private CompletionStage<Answer> invite(AgentIdentity agent, Call call) throws Problem {
        AgentCalls.requireJson(call);
        Mode mode = mode(call);
        return sessions.invite(agent, call.parts().get(0), mode).thenApply(SessionEndpoints::invited);
    }

    private static Mode mode(Call call) throws Problem {
        List<String> modes = Arrays.stream(Mode.values()).map(Mode::wireName).toList();
        Mode mode = Mode.ofWireName(Json.text(call.body().bytes(), "mode", modes));
        if (mode == null) {
            throw new Problem(ProblemType.BAD_BODY, "mode is unknown", modes);
        }
        return mode;
    }

    private CompletionStage<Answer> inviteByCode(AgentIdentity agent, Call call) throws Problem {
        AgentCalls.requireJson(call);
        Mode mode = mode(call);
        // As people write and read them: 123 456, 123-456.
        String code = Json.text(call.body().bytes(), "code", List.of())
                .replace(" ", "")
                .replace("-", "");
        if (!CODE.matcher(code).matches()) {
            throw new Problem(ProblemType.BAD_BODY, "code is not what it takes: " + PhoneCodes.DIGITS + " digits");
        }
        return sessions.inviteByCode(agent, call.remote(), code, mode).thenApply(SessionEndpoints::invited);
    }

    private static Answer invited(InviteOutcome outcome) {
        if (outcome instanceof InviteOutcome.TooManyGuesses locked) {
            return new Problem(
                            ProblemType.TOO_MANY_GUESSES,
                            "the agent, its address or its brand named too many codes that nobody has")
                    .answer()
                    .with("retry-after", Long.toString(TimeUnit.MILLISECONDS.toSeconds(locked.lockedMillis()) + 1));
        }
        if (outcome instanceof InviteOutcome.Invited invited) {
            String session = invited.invitation().session();
            String channel = channelOf(session);
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
        if (outcome instanceof InviteOutcome.NoSuchCode) {
            return new Problem(
                    ProblemType.NO_SUCH_CODE,
                    "no consumer of the agent's brand has this code now; a code is good for ten minutes and one invitation");
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

    private CompletionStage<Answer> showInvitation(AgentIdentity agent, Call call) {
        return sessions.invitation(
                        agent.brand(), call.parts().get(0), call.parts().get(1))
                .thenApply(found -> found.map(invitation ->
                                Answer.json(HttpResponseStatus.OK, json -> writeInvitation(json, invitation)))
                        .orElseGet(() -> noSuchInvitation().answer()));
    }

    private CompletionStage<Answer> withdraw(AgentIdentity agent, Call call) {
        return sessions.withdraw(agent, call.parts().get(0), call.parts().get(1))
                .thenApply(outcome -> commanded(outcome, noSuchInvitation(), "the invitation is not pending any more"));
    }

    /** No JSON is asked for, yet the call needs a token in a header, which no form can send. */
    private CompletionStage<Answer> observe(AgentIdentity supervisor, Call call) throws Problem {
        String session = call.parts().get(0);
        if (sessions.find(supervisor.brand(), session).isEmpty()) {
            throw noSuchSession();
        }
        return sessions.observe(supervisor, session)
                .thenApply(granted -> granted.map(grant -> Answer.json(HttpResponseStatus.CREATED, json -> {
                            json.writeStringField("session", session);
                            json.writeStringField("grant", grant);
                            json.writeStringField("channel", channelOf(session));
                        }))
                        .orElseGet(() -> new Problem(
                                        ProblemType.NOT_OBSERVABLE,
                                        "allowed is a session that is active or paused and has room for one more")
                                .answer()));
    }

    private static String channelOf(String session) {
        return SESSIONS + "/" + session + "/channel";
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
