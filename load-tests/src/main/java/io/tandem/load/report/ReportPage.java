package io.tandem.load.report;

import io.tandem.load.run.MemoryGrowth;
import io.tandem.load.run.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Outcomes as pages that need nothing beside them: the verdict first, then what it stands on, with charts by uPlot. */
public final class ReportPage {
    private ReportPage() {}

    /** Of one run. */
    public static String of(Outcome outcome) {
        return of(outcome, Optional.empty());
    }

    /** Of a long one, with what became of the relay's memory. */
    public static String of(Outcome outcome, Optional<MemoryGrowth> growth) {
        return fill("page.html", ReportJson.of(outcome, growth));
    }

    /** Of several relays beside each other, as their table's JSON has it. */
    public static String ofRivals(String json) {
        return fill("rivals.html", json);
    }

    private static String fill(String page, String figures) {
        // JSON inside a script ends where the HTML parser says: no "<" may stand in it.
        String json = figures.replace("<", "\\u003c");
        return resource(page)
                .replace("/*STYLE*/", resource("uPlot.min.css") + resource("page.css"))
                .replace("/*CHARTS*/", resource("uPlot.iife.min.js"))
                .replace("\"OUTCOME\"", json);
    }

    private static String resource(String name) {
        try (InputStream in = ReportPage.class.getResourceAsStream("/report/" + name)) {
            if (in == null) {
                throw new IllegalStateException("report/" + name + " is not in this build");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
