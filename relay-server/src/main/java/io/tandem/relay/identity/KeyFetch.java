package io.tandem.relay.identity;

import java.net.URI;
import java.util.concurrent.CompletionStage;

/** Brings what is published at an address. */
public interface KeyFetch {
    /** The body of a GET that was answered 200, of bounded size and within a bounded time; else completes with an exception whose message says why not. Never blocks. */
    CompletionStage<byte[]> fetch(URI url);
}
