package io.tandem.load.netlab;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FaultCommandsTest {
    private static final int DISCARD_PORT = 9;

    private final FaultProxy path =
            FaultProxy.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), DISCARD_PORT), 0, 1);
    private final FaultCommands commands = new FaultCommands(path);

    @AfterEach
    void close() {
        path.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    blackhole              | ok
                    up                     | ok
                    up dead                | ok
                    lose up on             | ok
                    lose sideways on       | error: 'sideways'; allowed are up, down
                    reset                  | ok
                    refuse on              | ok
                    refuse                 | error: ''; allowed are on, off
                    delay 100              | ok
                    delay 100 20 up        | ok
                    delay soon             | error: 'soon'; allowed are whole numbers
                    rate 750 up            | ok
                    strip-upgrade on       | ok
                    block-websocket 403    | ok
                    block-websocket hang   | ok
                    block-websocket on     | error: 'on'; allowed are 403, close, hang, off
                    block-long-poll on     | ok
                    buffer on              | ok
                    cut-idle 1000          | ok
                    truncate down          | ok
                    alternate 3000         | ok
                    clear                  | ok
                    status                 | opened=0 links=0 websockets=0 long-polls=0 on-the-way=0 up=0 down=0
                    """)
    void shouldAnswerEachLineByOne(String line, String answer) {
        assertThat(commands.carryOut(line)).isEqualTo(answer);
    }

    @ParameterizedTest
    @CsvSource({"sleep", "''"})
    void shouldSayWhatIsAllowed(String line) {
        assertThat(commands.carryOut(line)).startsWith("error: '" + line + "'; allowed are blackhole, up [dead]");
    }
}
