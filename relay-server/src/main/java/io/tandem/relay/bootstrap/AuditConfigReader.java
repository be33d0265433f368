package io.tandem.relay.bootstrap;

import io.tandem.relay.audit.webhook.WebhookLimits;
import io.tandem.relay.audit.webhook.WebhookSecret;
import io.tandem.relay.audit.webhook.WebhookTarget;
import io.tandem.relay.identity.Brand;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads {@code tandem.audit}, {@code tandem.webhooks} and each brand's webhook, with all their faults. */
final class AuditConfigReader {
    private static final String STANDARD_OUTPUT = "-";
    private static final int MOST_WAITING = 10_000_000;
    private static final int MOST_FILES = 1000;
    private static final int MOST_ATTEMPTS = 1000;
    private static final long SMALLEST_FILE = 4096;
    private static final long LARGEST_FILE = 1L << 40;

    private final RelayConfigReader keys;

    AuditConfigReader(RelayConfigReader keys) {
        this.keys = keys;
    }

    AuditConfig read(List<Brand> brands) {
        List<WebhookTarget> webhooks = new ArrayList<>();
        for (Brand brand : brands) {
            WebhookTarget webhook = webhook(brand.key());
            if (webhook != null) {
                webhooks.add(webhook);
            }
        }
        return new AuditConfig(
                file(), (int) keys.number("audit.waiting", AuditConfig.WAITING, 1, MOST_WAITING), webhooks, limits());
    }

    private Optional<AuditConfig.File> file() {
        long bytes = keys.number("audit.file-bytes", AuditConfig.File.BYTES, SMALLEST_FILE, LARGEST_FILE);
        int kept = (int) keys.number("audit.files-kept", AuditConfig.File.KEPT, 0, MOST_FILES);
        Optional<String> named = keys.text("audit.file");
        if (named.isEmpty()) {
            return Optional.empty();
        }
        Optional<Path> path = named.get().equals(STANDARD_OUTPUT) ? Optional.empty() : path(named.get());
        return Optional.of(new AuditConfig.File(path, bytes, kept));
    }

    private Optional<Path> path(String named) {
        try {
            Path path = Path.of(named).toAbsolutePath();
            Path folder = path.getParent();
            if (Files.isDirectory(path) || folder == null || !Files.isDirectory(folder) || !Files.isWritable(folder)) {
                keys.fault(
                        "audit.file",
                        "'" + named + "'; allowed is a file in a folder that is there and may be written to, or -"
                                + " for standard output");
            }
            return Optional.of(path);
        } catch (InvalidPathException e) {
            keys.fault("audit.file", "'" + named + "'; allowed is a path, or - for standard output");
            return Optional.empty();
        }
    }

    private @Nullable WebhookTarget webhook(String brand) {
        String prefix = "brands." + brand + ".webhook-";
        URI url = url(prefix + "url");
        List<WebhookSecret> secrets = new ArrayList<>();
        boolean given = secret(prefix + "secret", secrets);
        boolean before = secret(prefix + "secret-before", secrets);
        boolean privateAllowed = flag(prefix + "private");
        if (keys.text(prefix + "url").isEmpty()) {
            if (given || before || privateAllowed) {
                keys.fault(prefix + "url", "missing; required beside the other keys of a webhook");
            }
            return null;
        }
        if (!given) {
            keys.fault(prefix + "secret", "missing; required are " + WebhookSecret.MIN_BYTES + " bytes or more");
        }
        if (url == null) {
            return null;
        }
        WebhookTarget webhook = new WebhookTarget(brand, url, secrets, privateAllowed);
        if (webhook.isRefusedAddress()) {
            keys.fault(
                    prefix + "url",
                    "an address that is not of the public internet; allowed is one with " + prefix + "private=true");
        }
        return webhook;
    }

    /** Faults say nothing of the text: it may hold a secret. */
    private @Nullable URI url(String key) {
        Optional<String> text = keys.text(key);
        try {
            return text.isEmpty() ? null : WebhookTarget.url(text.get());
        } catch (IllegalArgumentException e) {
            keys.fault(key, String.valueOf(e.getMessage()));
            return null;
        }
    }

    /** Adds the secret of a key; whether there is one. */
    private boolean secret(String key, List<WebhookSecret> to) {
        Optional<String> text = keys.text(key);
        try {
            text.map(WebhookSecret::of).ifPresent(to::add);
        } catch (IllegalArgumentException e) {
            keys.fault(key, String.valueOf(e.getMessage()));
        }
        return text.isPresent();
    }

    private boolean flag(String key) {
        String text = keys.text(key).orElse("false");
        if (!text.equals("true") && !text.equals("false")) {
            keys.fault(key, "'" + text + "'; allowed are true and false");
        }
        return text.equals("true");
    }

    private WebhookLimits limits() {
        WebhookLimits usual = WebhookLimits.DEFAULTS;
        return new WebhookLimits(
                (int) keys.number("webhooks.waiting-per-brand", usual.waitingPerBrand(), 1, MOST_WAITING),
                (int) keys.number("webhooks.waiting", usual.waitingInAll(), 1, MOST_WAITING),
                (int) keys.number("webhooks.attempts", usual.attempts(), 1, MOST_ATTEMPTS),
                keys.millis("webhooks.age-millis", usual.ageMillis()),
                keys.millis("webhooks.first-retry-millis", usual.firstRetryMillis()),
                keys.millis("webhooks.longest-retry-millis", usual.longestRetryMillis()),
                keys.millis("webhooks.attempt-millis", usual.attemptMillis()));
    }
}
