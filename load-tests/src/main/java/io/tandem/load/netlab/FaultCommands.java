package io.tandem.load.netlab;

import java.util.List;
import java.util.Locale;

/** What can be told to a {@link FaultProxy} by a line of text; each is answered by one. */
final class FaultCommands {
    private static final String DONE = "ok";

    private final FaultProxy proxy;

    FaultCommands(FaultProxy proxy) {
        this.proxy = proxy;
    }

    /** Carries one command out: {@code ok}, figures, or {@code error: } and what is allowed. */
    String carryOut(String line) {
        List<String> words = List.of(line.strip().toLowerCase(Locale.ROOT).split("\\s+"));
        try {
            return run(words.get(0), new Arguments(words.subList(1, words.size())));
        } catch (IllegalArgumentException e) {
            return "error: " + e.getMessage();
        }
    }

    private String run(String command, Arguments with) {
        switch (command) {
            case "blackhole" -> proxy.blackhole();
            case "up" -> proxy.up(with.has("dead"));
            case "lose" -> proxy.lose(with.direction(0), with.on(1));
            case "reset" -> proxy.reset();
            case "refuse" -> proxy.refuseNew(with.on(0));
            case "delay" -> with.directions().forEach(way -> proxy.delay(way, with.number(0), with.numberOr0(1)));
            case "rate" -> with.directions().forEach(way -> proxy.rate(way, with.number(0)));
            case "strip-upgrade" -> proxy.stripUpgrade(with.on(0));
            case "block-websocket" -> proxy.blockWebSocket(with.block());
            case "block-long-poll" -> proxy.blockLongPoll(with.on(0));
            case "buffer" -> proxy.bufferResponses(with.on(0));
            case "cut-idle" -> proxy.cutIdle(with.number(0));
            case "truncate" -> proxy.truncateNext(with.direction(0));
            case "alternate" -> proxy.alternate(with.number(0));
            case "clear" -> proxy.clear();
            case "status" -> {
                return status(proxy.figures());
            }
            default ->
                throw new IllegalArgumentException("'" + command
                        + "'; allowed are blackhole, up [dead], lose up|down on|off, reset, refuse on|off, delay MS [JITTER] [up|down],"
                        + " rate KBPS [up|down], strip-upgrade on|off, block-websocket 403|close|hang|off, block-long-poll on|off,"
                        + " buffer on|off, cut-idle MS, truncate up|down, alternate MS, clear, status");
        }
        return DONE;
    }

    private static String status(PathFigures figures) {
        return "opened=" + figures.opened() + " links=" + figures.links() + " websockets=" + figures.webSockets()
                + " long-polls=" + figures.longPolls() + " on-the-way=" + figures.bytesOnTheWay() + " up="
                + figures.upBytes() + " down=" + figures.downBytes();
    }

    /** The words behind a command. */
    private record Arguments(List<String> words) {
        private String at(int place) {
            return place < words.size() ? words.get(place) : "";
        }

        boolean has(String word) {
            return words.contains(word);
        }

        boolean on(int place) {
            return switch (at(place)) {
                case "on" -> true;
                case "off" -> false;
                default -> throw refused(place, "on, off");
            };
        }

        Direction direction(int place) {
            return switch (at(place)) {
                case "up" -> Direction.UP;
                case "down" -> Direction.DOWN;
                default -> throw refused(place, "up, down");
            };
        }

        /** The one that is named, or both. */
        List<Direction> directions() {
            List<Direction> named = List.of(Direction.values()).stream()
                    .filter(way -> has(way.label()))
                    .toList();
            return named.isEmpty() ? List.of(Direction.values()) : named;
        }

        long number(int place) {
            if (!at(place).matches("\\d{1,9}")) {
                throw refused(place, "whole numbers");
            }
            return Long.parseLong(at(place));
        }

        long numberOr0(int place) {
            return at(place).matches("\\d{1,9}") ? Long.parseLong(at(place)) : 0;
        }

        WebSocketBlock block() {
            return switch (at(0)) {
                case "off" -> WebSocketBlock.OFF;
                case "403" -> WebSocketBlock.FORBIDDEN;
                case "close" -> WebSocketBlock.CLOSED;
                case "hang" -> WebSocketBlock.HANGING;
                default -> throw refused(0, "403, close, hang, off");
            };
        }

        private IllegalArgumentException refused(int place, String allowed) {
            return new IllegalArgumentException("'" + at(place) + "'; allowed are " + allowed);
        }
    }
}
