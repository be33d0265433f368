package io.tandem.relay.transport.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Somebody's own pages, served below {@code /site/} with the tag in each of them. Nothing outside the folder is ever read. */
final class SiteFolder {
    /** Where the folder is served. */
    static final String PATH = "/site/";

    private static final String INDEX = "index.html";

    /** A page or picture of any real site fits; files are read whole. */
    private static final long MAX_FILE_BYTES = 64L << 20;

    private final Path root;
    private final String tag;
    private final Executor blocking;

    /**
     * Serves this folder.
     *
     * @param blocking where disks are waited for
     */
    SiteFolder(Path folder, String brand, Executor blocking) {
        try {
            this.root = folder.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException("the site's folder", e);
        }
        this.tag = "<script src=\"/tandem.js\" data-brand=\"" + brand + "\" async></script>";
        this.blocking = blocking;
    }

    CompletionStage<Answer> answer(Call call) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return read(call);
                    } catch (Problem problem) {
                        return problem.answer();
                    }
                },
                blocking);
    }

    private Answer read(Call call) throws Problem {
        String below = call.path().substring(PATH.length());
        try {
            Path file = root.resolve(below).toRealPath();
            if (!file.startsWith(root)) {
                throw notFound();
            }
            if (Files.isDirectory(file)) {
                if (!call.path().endsWith("/")) {
                    return Answer.redirect(call.path() + "/");
                }
                file = file.resolve(INDEX).toRealPath();
            }
            if (!file.startsWith(root) || !Files.isRegularFile(file)) {
                throw notFound();
            }
            return serve(call, file);
        } catch (NoSuchFileException | InvalidPathException e) {
            throw notFound();
        } catch (IOException e) {
            throw new Problem(ProblemType.NOT_FOUND, "the file cannot be read");
        }
    }

    private Answer serve(Call call, Path file) throws IOException, Problem {
        if (Files.size(file) > MAX_FILE_BYTES) {
            throw new Problem(ProblemType.NOT_FOUND, "the file is over " + MAX_FILE_BYTES + " bytes");
        }
        String type = ContentTypes.of(String.valueOf(file.getFileName()));
        byte[] content = Files.readAllBytes(file);
        byte[] served = type.equals(ContentTypes.HTML) ? TagInjection.inject(content, tag) : content;
        return new StaticFile(type, served).answer(call);
    }

    private static Problem notFound() {
        return new Problem(ProblemType.NOT_FOUND, "the site's folder has no such file");
    }
}
