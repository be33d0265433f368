package io.tandem.load.netlab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * A {@link FaultProxy} as a process, for tests in other languages: prints its port, then takes commands from its standard input, one a line,
 * each answered by one line, and ends when its input does.
 */
public final class FaultProxyMain {
    private static final String USAGE = "usage: FaultProxyMain --to HOST:PORT [--listen PORT] [--seed NUMBER]";

    private FaultProxyMain() {}

    /** Runs it. */
    public static void main(String[] arguments) throws IOException {
        String to = "";
        int listen = 0;
        long seed = 1;
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            switch (arguments[i]) {
                case "--to" -> to = arguments[i + 1];
                case "--listen" -> listen = Integer.parseInt(arguments[i + 1]);
                case "--seed" -> seed = Long.parseLong(arguments[i + 1]);
                default -> throw new IllegalArgumentException(USAGE);
            }
        }
        int colon = to.lastIndexOf(':');
        if (colon < 1 || arguments.length % 2 != 0) {
            throw new IllegalArgumentException(USAGE);
        }
        InetSocketAddress relay =
                new InetSocketAddress(to.substring(0, colon), Integer.parseInt(to.substring(colon + 1)));
        try (FaultProxy proxy = FaultProxy.start(relay, listen, seed)) {
            serve(proxy);
        }
    }

    private static void serve(FaultProxy proxy) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        FaultCommands commands = new FaultCommands(proxy);
        out.println(proxy.address().getPort());
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(commands.carryOut(line));
        }
    }
}
