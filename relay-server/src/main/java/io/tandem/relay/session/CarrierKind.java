package io.tandem.relay.session;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a channel can ride on. */
public enum CarrierKind {
    /** One connection for both directions. */
    WEBSOCKET("websocket"),
    /** Plain HTTP requests, for networks that let nothing else through. */
    LONG_POLL("long-poll");

    private final String label;

    CarrierKind(String label) {
        this.label = label;
    }

    /** The name in configuration and metrics. */
    public String label() {
        return label;
    }

    /** The kind of this name. */
    public static Optional<CarrierKind> ofLabel(String label) {
        return Arrays.stream(values()).filter(kind -> kind.label.equals(label)).findFirst();
    }

    /** All names. */
    public static List<String> labels() {
        return Arrays.stream(values()).map(CarrierKind::label).toList();
    }

    /** The names of some, by commas, for people. */
    public static String labels(Collection<CarrierKind> kinds) {
        return kinds.stream().sorted().map(CarrierKind::label).collect(Collectors.joining(", "));
    }
}
