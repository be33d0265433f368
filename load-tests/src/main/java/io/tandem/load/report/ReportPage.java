package io.tandem.load.report;

import io.tandem.load.run.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** An outcome as one page that needs nothing beside it: the verdict first, then what it stands on, with charts by uPlot. */
public final class ReportPage {
    private ReportPage() {}

    /** The page. */
    public static String of(Outcome outcome) {
        // JSON inside a script ends where the HTML parser says: no "<" may stand in it.
        String json = ReportJson.of(outcome).replace("<", "\\u003c");
        return resource("page.html")
                .replace("/*STYLE*/", resource("uPlot.min.css"))
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
