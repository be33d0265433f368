package io.tandem.relay.transport.longpoll;

import io.tandem.relay.carrier.CarrierContract;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.session.CarrierKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

class LongPollContractTest extends CarrierContract {
    private final PollWorld world = new PollWorld(gate, LIMITS, LongPollLimits.DEFAULTS, Set.of(CarrierKind.values()));
    private final PollWorld.Connection down = world.connect();
    private final PollWorld.Connection up = world.connect();
    private String token = "";
    private int gets;
    private int posts;
    private int answeredPosts;

    @Override
    protected void openCarrier() {
        down.open(PollWorld.frame(PollWorld.HELLO));
        gate.outlet().write(frame(FrameType.WELCOME, 0, 2));
        token = down.mustReply().records().get(0).substring("token ".length());
        down.get(token, ++gets);
    }

    @Override
    protected void clientSends(List<byte[]> frames) {
        if (!clientIsHeldBack()) {
            up.post(token, ++posts, PollWorld.frames(frames));
        }
    }

    @Override
    protected void clientSendsTooMuch() {
        clientIsHeldBack();
        up.post(token, ++posts, new byte[] {PollRecords.FRAME, 0x10, 0, 1});
    }

    @Override
    protected void clientCloses() {
        clientIsHeldBack();
        up.post(token, ++posts, PollWorld.close(1000, ""));
    }

    @Override
    protected void clientTakes(boolean on) {
        down.takes(on);
    }

    @Override
    protected void clientVanishes() {
        down.channel.close();
        down.settle();
    }

    @Override
    protected List<String> clientGot() {
        List<String> got = new ArrayList<>();
        for (PollWorld.Reply reply = down.reply(); reply != null && reply.status() == 200; reply = down.reply()) {
            got.addAll(reply.records());
            if (got.stream().noneMatch(record -> record.startsWith("close"))) {
                down.get(token, ++gets);
            }
        }
        return got;
    }

    @Override
    protected boolean clientIsHeldBack() {
        for (PollWorld.Reply reply = up.reply(); reply != null; reply = up.reply()) {
            answeredPosts++;
        }
        return answeredPosts < posts;
    }

    @Override
    protected void endCarrier() {
        world.end();
    }
}
