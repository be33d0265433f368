package io.tandem.load.simulation;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Map;
import java.util.TreeMap;

/** What the payloads of this world say: enough to tell whose they are and where they belong. */
final class Batch {
    private Batch() {}

    /**
     * A page batch.
     *
     * @param number counts the batches of a document
     * @param whole whether it begins the page anew
     */
    record Page(int session, int document, int number, boolean whole, Map<Integer, Integer> cells) {
        byte[] encode(int padding) {
            ByteBuf out = Unpooled.buffer();
            out.writeInt(session)
                    .writeInt(document)
                    .writeInt(number)
                    .writeBoolean(whole)
                    .writeInt(cells.size());
            cells.forEach((cell, value) -> out.writeInt(cell).writeInt(value));
            return ByteBufUtil.getBytes(out.writeZero(padding));
        }

        static Page decode(byte[] batch) {
            ByteBuf in = Unpooled.wrappedBuffer(batch);
            int session = in.readInt();
            int document = in.readInt();
            int number = in.readInt();
            boolean whole = in.readBoolean();
            Map<Integer, Integer> cells = new TreeMap<>();
            for (int count = in.readInt(); count > 0; count--) {
                cells.put(in.readInt(), in.readInt());
            }
            return new Page(session, document, number, whole, cells);
        }
    }

    static byte[] action(Ledger.Key key) {
        return ByteBufUtil.getBytes(
                Unpooled.buffer().writeInt(key.session()).writeInt(key.viewer()).writeLong(key.number()));
    }

    static Ledger.Key action(byte[] body) {
        ByteBuf in = Unpooled.wrappedBuffer(body);
        return new Ledger.Key(in.readInt(), in.readInt(), in.readLong());
    }

    static byte[] pointer(int session) {
        return ByteBufUtil.getBytes(Unpooled.buffer().writeInt(session));
    }

    static int pointer(byte[] payload) {
        return Unpooled.wrappedBuffer(payload).readInt();
    }
}
