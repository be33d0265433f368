package io.tandem.relay.session;

/** A page's path as a desk may see it. */
final class PagePath {
    private PagePath() {}

    /** Without query and fragment, which may hold secrets whatever the tag was told, and not endless. */
    static String shown(String path) {
        int end = Math.min(path.length(), SessionLimits.PAGE_PATH_LENGTH);
        for (int i = 0; i < end; i++) {
            char c = path.charAt(i);
            if (c == '?' || c == '#') {
                return path.substring(0, i);
            }
        }
        return path.substring(0, end);
    }
}
