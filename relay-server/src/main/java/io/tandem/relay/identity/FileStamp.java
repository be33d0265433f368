package io.tandem.relay.identity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/** Tells whether a file may have changed: written, or replaced by another, through symbolic links as Kubernetes mounts its secrets. */
public record FileStamp(
        @Nullable FileTime modified, long bytes, @Nullable Object identity) {
    private static final FileStamp NONE = new FileStamp(null, -1, null);

    /** The file as it is now; the same for all that cannot be looked at. May block. */
    public static FileStamp of(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileStamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        } catch (IOException unreadable) {
            return NONE;
        }
    }
}
