package io.tandem.load.delivery;

import io.tandem.load.delivery.Payload.Outcome;
import io.tandem.load.delivery.Payload.Sync;
import io.tandem.load.delivery.Payload.Verdict;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A machine that does what the steps of {@code delivery.json} say, and writes down what comes of it. */
abstract class Script {
    private static final int AGENT = 2;
    private static final long MARK = 1;

    final ScriptClock clock = new ScriptClock();
    private final List<String> said = new ArrayList<>();
    private boolean carries = true;

    static Script of(String machine) {
        return switch (machine) {
            case "page-sender" -> new Sender();
            case "page-receiver" -> new Receiver();
            case "outbox" -> new Outbox();
            case "inbox" -> new Inbox();
            default -> throw new IllegalArgumentException(machine);
        };
    }

    /** Does one step. */
    final List<String> step(String step) {
        String[] words = step.split(" ");
        switch (words[0]) {
            case "wait" -> clock.pass(Long.parseLong(words[1]));
            case "carrier" -> carries = words[1].equals("on");
            default -> act(words);
        }
        List<String> all = List.copyOf(said);
        said.clear();
        return all;
    }

    abstract void act(String[] words);

    final void say(String what) {
        said.add(what);
    }

    /** Says what a frame is, where there is a carrier. */
    final boolean carry(DeliveryFrame frame, String more) {
        if (carries) {
            say(frame.type() + " " + frame.epoch() + "/" + frame.sequence() + more);
        }
        return carries;
    }

    private static DeliveryFrame frame(FrameType type, int flags, int sender, String place, byte[] payload) {
        int slash = place.indexOf('/');
        return new DeliveryFrame(
                type,
                flags,
                sender,
                Integer.parseInt(place.substring(0, slash)),
                Long.parseLong(place.substring(slash + 1)),
                payload);
    }

    private static final class Sender extends Script {
        private final PageSender sender = new PageSender(clock, frame -> carry(frame, ""), new PageSender.Page() {
            @Override
            public void keyframe() {
                say("keyframe");
            }

            @Override
            public void room() {
                say("room");
            }

            @Override
            public void sync(boolean asks, long answered) {
                say((asks ? "sync? " : "sync ") + answered);
            }
        });

        @Override
        void act(String[] words) {
            switch (words[0]) {
                case "opened" -> sender.opened(Integer.parseInt(words[1]));
                case "restart" -> sender.restart();
                case "send" ->
                    sender.send(
                            FrameType.valueOf(words[1]),
                            Integer.parseInt(words[2]),
                            new byte[Integer.parseInt(words[3])]);
                case "hear" ->
                    sender.receive(frame(
                            FrameType.valueOf(words[1]),
                            FrameHeader.NO_FLAGS,
                            AGENT,
                            words[2] + "/" + words[3],
                            Payload.number(Long.parseLong(words[4]))));
                default -> throw new IllegalArgumentException(words[0]);
            }
        }
    }

    private static final class Receiver extends Script {
        private final PageReceiver receiver = new PageReceiver(
                clock,
                this::send,
                new PageReceiver.Mirror() {
                    @Override
                    public byte[] expand(byte[] payload, boolean linked) {
                        return payload;
                    }

                    @Override
                    public void batch(byte[] batch, int epoch) {
                        say("batch " + epoch + " " + new String(batch, StandardCharsets.UTF_8));
                    }
                },
                MARK);

        private boolean send(DeliveryFrame frame) {
            say(frame.type() + " " + frame.epoch() + " " + Payload.number(frame.payload()));
            return true;
        }

        @Override
        void act(String[] words) {
            switch (words[0]) {
                case "take" ->
                    receiver.accept(frame(
                            FrameType.valueOf(words[1]),
                            Integer.parseInt(words[3]),
                            1,
                            words[2],
                            words[4].getBytes(StandardCharsets.UTF_8)));
                case "opened", "asked" -> receiver.tell();
                default -> throw new IllegalArgumentException(words[0]);
            }
        }
    }

    private static final class Outbox extends Script {
        private final ActionOutbox outbox = new ActionOutbox(
                clock,
                frame -> carry(frame, " " + Payload.number(frame.payload())),
                this::settled,
                MARK,
                () -> say("ask"));

        private void settled(long number, @Nullable Outcome outcome, String reason) {
            say("settled " + number + " "
                    + (outcome == null ? reason : outcome.name().toLowerCase(Locale.ROOT)));
        }

        @Override
        void act(String[] words) {
            switch (words[0]) {
                case "act" ->
                    outbox.act(FrameType.FOCUS, new byte[] {Byte.parseByte(words[1])}, Integer.parseInt(words[2]));
                case "sync" ->
                    outbox.sync(
                            new Sync(false, Long.parseLong(words[2]), Map.of(AGENT, Long.parseLong(words[3]))),
                            Integer.parseInt(words[1]),
                            Long.parseLong(words[4]),
                            AGENT);
                case "verdict" ->
                    outbox.verdict(new Verdict(
                            AGENT, Long.parseLong(words[1]), Outcome.valueOf(words[2].toUpperCase(Locale.ROOT)), ""));
                case "error" -> outbox.refused(words[1], FrameType.FOCUS, Long.parseLong(words[2]));
                case "opened" -> outbox.sendAgain();
                default -> throw new IllegalArgumentException(words[0]);
            }
        }
    }

    private static final class Inbox extends Script implements ActionInbox.Document {
        private final ActionInbox.Memory memory = new ActionInbox.Memory();
        private ActionInbox inbox = new ActionInbox(memory, this::send, this);
        private int epoch;
        private long clockMillis;
        private String refusal = "";

        private boolean send(DeliveryFrame frame) {
            if (frame.type() == FrameType.SYNC) {
                StringBuilder highest = new StringBuilder("highest");
                Sync.decode(frame.payload())
                        .answered()
                        .forEach((agent, sequence) -> highest.append(" " + agent + " " + sequence));
                say(highest.toString());
                return true;
            }
            Verdict verdict = Verdict.decode(frame.payload());
            String outcome = verdict.outcome().name().toLowerCase(Locale.ROOT);
            say(("verdict " + verdict.participant() + "/" + verdict.sequence() + " " + outcome + " " + verdict.reason())
                    .strip());
            return true;
        }

        @Override
        void act(String[] words) {
            switch (words[0]) {
                case "document" -> {
                    epoch = Integer.parseInt(words[1]);
                    inbox = new ActionInbox(memory, this::send, this);
                }
                case "clock" -> clockMillis = Long.parseLong(words[1]);
                case "refuse" -> refusal = words[1].equals("-") ? "" : words[1];
                case "take" ->
                    inbox.accept(frame(
                            FrameType.FOCUS,
                            FrameHeader.NO_FLAGS,
                            Integer.parseInt(words[1]),
                            words[2],
                            Payload.action(Long.parseLong(words[3]), new byte[] {1})));
                case "answered" -> inbox.sync(false, 0);
                default -> throw new IllegalArgumentException(words[0]);
            }
        }

        @Override
        public int epoch() {
            return epoch;
        }

        @Override
        public long clockMillis() {
            return clockMillis;
        }

        @Override
        public String refusal(DeliveryFrame action) {
            return refusal;
        }

        @Override
        public void carryOut(DeliveryFrame action) {
            say("did " + action.sender() + "/" + action.sequence());
        }
    }
}
