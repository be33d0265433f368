package io.tandem.relay.session;

import io.tandem.relay.identity.Mode;
import io.tandem.relay.identity.RefusalReason;
import io.tandem.relay.identity.SessionState;
import io.tandem.relay.metering.RelayMeters;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** What stands in the tags of the relay's meters, all of which are enums of sessions. */
public final class MeterTags {
    private MeterTags() {}

    /** Everything that may. */
    public static RelayMeters.TagValues all() {
        return new RelayMeters.TagValues(
                names(SessionState.values(), SessionState::wireName),
                names(Mode.values(), Mode::wireName),
                names(RefusalReason.values(), RefusalReason::wireName),
                CarrierKind.labels(),
                NoRoom.labels(),
                names(Hold.values(), Hold::label));
    }

    private static <E> List<String> names(E[] values, Function<E, String> name) {
        return Arrays.stream(values).map(name).toList();
    }
}
