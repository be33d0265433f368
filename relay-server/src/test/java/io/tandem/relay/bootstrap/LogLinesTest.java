package io.tandem.relay.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.session.SessionWorld;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

class LogLinesTest {
    private final LoggerContext context = new LoggerContext();
    private final ListAppender<ILoggingEvent> heard = new ListAppender<>();
    private final Logger relay = (Logger) LoggerFactory.getLogger("io.tandem.relay");
    private Encoder<ILoggingEvent> encoder;

    /** The encoder that the packaged relay has: of its own configuration, not of a test's. */
    @BeforeEach
    void configure() throws Exception {
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(Objects.requireNonNull(Main.class.getResource("/logback.xml")));
        AsyncAppender async = (AsyncAppender)
                context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).getAppender("async");
        encoder = ((ConsoleAppender<ILoggingEvent>) async.getAppender("stderr")).getEncoder();
        heard.start();
        relay.addAppender(heard);
    }

    @AfterEach
    void stop() {
        relay.detachAppender(heard);
        context.stop();
    }

    private String line(ILoggingEvent event) {
        return new String(encoder.encode(event), StandardCharsets.UTF_8);
    }

    /** The members that are texts or numbers, of one whole JSON object. */
    private static Map<String, String> members(String line) throws IOException {
        Map<String, String> members = new LinkedHashMap<>();
        try (JsonParser json = new JsonFactory().createParser(line)) {
            assertThat(json.nextToken()).isEqualTo(JsonToken.START_OBJECT);
            int depth = 1;
            while (depth > 0) {
                JsonToken token = json.nextToken();
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (depth == 1 && token.isScalarValue()) {
                    members.put(json.currentName(), json.getText());
                }
            }
            assertThat(json.nextToken()).as("what follows the object").isNull();
        }
        return members;
    }

    @Test
    void shouldWriteOneJsonObjectALineAlsoForAFaultWithManyLines() throws IOException {
        RuntimeException fault = new IllegalStateException("two\nlines, and a \" of its own");
        LoggingEvent event = new LoggingEvent(
                "here",
                (Logger) LoggerFactory.getLogger("io.tandem.relay.Test"),
                Level.ERROR,
                "session {}: {}",
                fault,
                new Object[] {"0123ab", "some\nthing"});
        event.addKeyValuePair(new KeyValuePair("port", 8080));
        String line = line(event);
        assertThat(line).containsPattern("\"kvpList\":.*\"port\":.*8080");
        assertThat(line).endsWith("\n");
        assertThat(line.strip()).doesNotContain("\n");
        assertThat(members(line))
                .containsEntry("level", "ERROR")
                .containsEntry("loggerName", "io.tandem.relay.Test")
                .containsEntry("formattedMessage", "session 0123ab: some\nthing")
                .containsKeys("timestamp", "threadName");
    }

    @Test
    void shouldSayHowASessionWentAndNothingOfItsPageItsSecretsOrItsWholeId() throws IOException {
        SessionWorld world = new SessionWorld();
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        pair.consumer.send(FrameType.KEYFRAME, "what a page says".getBytes(StandardCharsets.UTF_8));
        pair.agent.send(FrameType.INPUT, "what an agent typed".getBytes(StandardCharsets.UTF_8));
        pair.consumer.send(FrameType.PAUSE, "{\"paused\":true}");
        pair.agent.send(FrameType.CLICK, (byte) 1);
        pair.consumer.send(FrameType.END, "{}");
        List<String> lines = heard.list.stream().map(this::line).toList();
        assertThat(lines).isNotEmpty().anyMatch(line -> line.contains("consumer-ended"));
        for (String line : lines) {
            assertThat(members(line).get("formattedMessage"))
                    .contains(SessionWorld.SESSION.substring(0, 6))
                    .doesNotContain(
                            SessionWorld.SESSION,
                            pair.resume,
                            pair.invited.grant(),
                            "what a page",
                            "what an agent",
                            "cart",
                            "Ada");
        }
    }
}
