package io.tandem.relay.audit;

import io.tandem.relay.metering.AuditMeters;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file with an event a line. When the next would not fit, the file becomes {@code NAME.1}, that {@code NAME.2}, and so on; the oldest goes. One that cannot be
 * written is tried again with the next event, and what it should have held is counted.
 */
public final class AuditFile implements AuditTarget {
    private static final Logger LOG = LoggerFactory.getLogger(AuditFile.class);

    /** Who works for whom is for the relay's account and its group to read. */
    private static final Set<PosixFilePermission> PERMISSIONS = PosixFilePermissions.fromString("rw-r-----");

    private final Path path;
    private final long maxBytes;
    private final int keptFiles;
    private final AuditMeters meters;
    private @Nullable FileChannel open;
    private boolean failing;

    /**
     * Writes to this path, behind what is there.
     *
     * @param maxBytes a file grows to at most this, or to one line
     * @param keptFiles besides the one that is written
     */
    public AuditFile(Path path, long maxBytes, int keptFiles, AuditMeters meters) {
        this.path = path;
        this.maxBytes = maxBytes;
        this.keptFiles = keptFiles;
        this.meters = meters;
    }

    @Override
    public void take(AuditRecord event) {
        byte[] json = event.json();
        ByteBuffer line =
                ByteBuffer.allocate(json.length + 1).put(json).put((byte) '\n').flip();
        try {
            FileChannel file = withRoomFor(line.remaining());
            while (line.hasRemaining()) {
                file.write(line);
            }
            meters.events(AuditOutcome.WRITTEN.label(), 1);
            if (failing) {
                failing = false;
                LOG.info("audit events are written again");
            }
        } catch (IOException e) {
            failed(e);
        }
    }

    private void failed(IOException fault) {
        meters.events(AuditOutcome.FAILED.label(), 1);
        if (!failing) {
            failing = true;
            LOG.error("audit events cannot be written to {}", path, fault);
        }
        // A line that was written in part ends here: what follows begins a line of its own.
        closeFile();
    }

    private FileChannel withRoomFor(int bytes) throws IOException {
        FileChannel file = open == null ? opened() : open;
        if (file.size() > 0 && file.size() + bytes > maxBytes) {
            closeFile();
            rotate();
            file = opened();
        }
        return file;
    }

    private FileChannel opened() throws IOException {
        FileAttribute<?>[] attributes =
                FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PERMISSIONS)}
                        : new FileAttribute<?>[0];
        FileChannel file =
                FileChannel.open(path, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND), attributes);
        open = file;
        if (file.size() > 0 && !endsWithALine(file.size())) {
            file.write(ByteBuffer.wrap(new byte[] {'\n'}));
        }
        return file;
    }

    /** What a full disk or a kill left of a line is not to swallow the next one. */
    private boolean endsWithALine(long size) throws IOException {
        try (FileChannel reading = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            return reading.read(last, size - 1) == 1 && last.get(0) == '\n';
        }
    }

    private void rotate() throws IOException {
        if (keptFiles == 0) {
            Files.deleteIfExists(path);
            return;
        }
        for (int number = keptFiles - 1; number >= 1; number--) {
            if (Files.exists(numbered(number))) {
                Files.move(numbered(number), numbered(number + 1), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Files.move(path, numbered(1), StandardCopyOption.REPLACE_EXISTING);
    }

    private Path numbered(int number) {
        return path.resolveSibling(path.getFileName() + "." + number);
    }

    private void closeFile() {
        FileChannel file = open;
        open = null;
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                LOG.debug("the audit's file could not be closed", e);
            }
        }
    }

    @Override
    public void close(long withinMillis) {
        closeFile();
    }
}
