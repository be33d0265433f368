import { ByteWriter } from '../protocol/bytes.ts';
import { FrameType } from '../protocol/frame-type.ts';
import { PACKED_PART_BYTES, PAGE_PART_BYTES } from '../protocol/limits.ts';
import { PACKED } from '../protocol/page-op.ts';
import type { Deflater } from './deflate.ts';
import { type BatchType, createFrameSender, type FrameSender } from './frame-sender.ts';

/** A shorter batch is left to LZ4, in raw bytes: it has what went before to refer to. */
const PACK_FROM_BYTES = 2_048;

/** The batch on its way out: deflated where that pays, cut into parts, sent part by part. One at a time. */
export class Outgoing {
  private readonly deflater: Deflater;
  private readonly sender: FrameSender;
  private readonly ready: () => void;
  private type: BatchType = FrameType.KEYFRAME;
  private parts: Uint8Array[] = [];
  private packing: Uint8Array<ArrayBuffer> | undefined;
  private isPacked = false;

  /** @param ready a batch that was being packed can be sent */
  constructor(deflater: Deflater, send: (type: FrameType, payload: Uint8Array, flags: number) => void, ready: () => void) {
    this.deflater = deflater;
    this.sender = createFrameSender(send);
    this.ready = ready;
  }

  /** Whether there is a part to send: not while its batch is being packed. */
  get isReady(): boolean {
    return this.parts.length > 0;
  }

  /** Whether the batch ends with the next part. */
  get isLast(): boolean {
    return this.parts.length === 1;
  }

  /** Nothing may be on its way. @param mayPack the viewer knows little of what is in it, and it may take a task or two until it can be sent */
  take(type: BatchType, batch: Uint8Array<ArrayBuffer>, mayPack: boolean): void {
    this.type = type;
    if (type === FrameType.KEYFRAME) this.sender.restart();
    if (mayPack && batch.length >= PACK_FROM_BYTES) void this.pack(batch);
    else this.cut(batch, false);
  }

  sendNext(): void {
    const part = this.parts.shift() as Uint8Array;
    this.sender.part(this.type, part, this.parts.length === 0, this.isPacked);
  }

  /** What is being packed is sent as it is: there is no time left. */
  hurry(): void {
    if (this.packing !== undefined) this.packed(this.packing, undefined);
  }

  /** Gives up what was not sent. */
  clear(): void {
    this.parts = [];
    this.packing = undefined;
  }

  private async pack(batch: Uint8Array<ArrayBuffer>): Promise<void> {
    this.packing = batch;
    const deflated = await this.deflater.deflate(batch);
    if (this.packing === batch) this.packed(batch, deflated);
  }

  private packed(batch: Uint8Array<ArrayBuffer>, deflated: Uint8Array | undefined): void {
    this.packing = undefined;
    if (deflated === undefined) {
      this.cut(batch, false);
    } else {
      const out = new ByteWriter(deflated.length + 6);
      out.varint(PACKED);
      out.varint(batch.length);
      out.raw(deflated);
      this.cut(out.view(), true);
    }
    this.ready();
  }

  private cut(bytes: Uint8Array<ArrayBuffer>, isPacked: boolean): void {
    this.isPacked = isPacked;
    const length = isPacked ? PACKED_PART_BYTES : PAGE_PART_BYTES;
    for (let at = 0; at < bytes.length; at += length) this.parts.push(bytes.subarray(at, at + length));
  }
}
