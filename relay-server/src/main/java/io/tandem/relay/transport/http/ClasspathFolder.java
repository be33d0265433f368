package io.tandem.relay.transport.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Reads a folder of the classpath, from classes or a jar, into memory: once, at start, so that no event loop ever waits for a disk. */
final class ClasspathFolder {
    private ClasspathFolder() {}

    /** Its files by their path below it, none where there is no such folder. */
    static Map<String, StaticFile> load(ClassLoader loader, String folder) {
        URL url = loader.getResource(folder);
        if (url == null) {
            return Map.of();
        }
        try {
            URI uri = url.toURI();
            if (!"jar".equals(uri.getScheme())) {
                return read(Path.of(uri));
            }
            try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
                return read(jar.getPath("/" + folder));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("classpath folder " + folder, e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException("classpath folder " + folder, e);
        }
    }

    private static Map<String, StaticFile> read(Path root) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(root)) {
            files = walk.filter(Files::isRegularFile).toList();
        }
        Map<String, StaticFile> read = new HashMap<>();
        for (Path file : files) {
            String name = root.relativize(file)
                    .toString()
                    .replace(file.getFileSystem().getSeparator(), "/");
            read.put(name, new StaticFile(ContentTypes.ofOwn(name), Files.readAllBytes(file)));
        }
        return Map.copyOf(read);
    }
}
