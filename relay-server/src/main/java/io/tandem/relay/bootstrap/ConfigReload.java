package io.tandem.relay.bootstrap;

import io.tandem.relay.identity.FileStamp;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the configuration again. One that has a fault changes nothing, and the log says each of them. On one thread. */
final class ConfigReload {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigReload.class);

    private final Optional<Path> file;
    private final Map<String, String> environment;
    private final Consumer<RelayConfig> apply;
    private final Consumer<Boolean> told;
    private FileStamp read;
    private FileStamp seen;

    /**
     * Of a relay that has read this already.
     *
     * @param apply is given what was read without a fault
     * @param told hears whether it was
     */
    ConfigReload(
            Optional<Path> file, Map<String, String> environment, Consumer<RelayConfig> apply, Consumer<Boolean> told) {
        this.file = file;
        this.environment = environment;
        this.apply = apply;
        this.told = told;
        this.read = stamp();
        this.seen = read;
    }

    private FileStamp stamp() {
        return FileStamp.of(file.orElse(Path.of("")));
    }

    /** Reads it if the file has changed since it was read, and has not since the last look: half of a file may be free of faults, too. */
    void look() {
        FileStamp now = stamp();
        boolean isSettled = now.equals(seen);
        seen = now;
        if (isSettled && !now.equals(read)) {
            readAgain();
        }
    }

    /** Reads it, whether it has changed or not. */
    void readAgain() {
        read = stamp();
        try {
            RelayConfig fresh = RelayConfigReader.read(file, environment);
            apply.accept(fresh);
            told.accept(true);
            LOG.info(
                    "the configuration was read again: {} brands",
                    fresh.brands().size());
        } catch (ConfigFaults faulty) {
            told.accept(false);
            LOG.error(
                    "the configuration was read again and nothing has changed, for it has {} faults",
                    faulty.faults().size());
            faulty.faults().forEach(fault -> LOG.error("configuration: {}", fault));
        }
    }
}
