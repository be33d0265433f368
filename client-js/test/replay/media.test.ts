import { describe, expect, it } from 'vitest';
import { AssetCoding, HASH_BYTES } from '../../src/protocol/asset.ts';
import { PageOp, PlaybackBit } from '../../src/protocol/page-op.ts';
import { MAX_PICTURE_BYTES } from '../../src/protocol/picture.ts';
import { tone } from '../tone.ts';
import type {} from './in-page.ts';
import { replayPage } from './replay-page.ts';

const page = replayPage();

interface Shown {
  readonly pixels: Readonly<Record<string, readonly number[]>>;
  readonly poster: string;
  readonly broken: readonly string[];
}

/** Shows pictures of the elements with these ids, each of one colour; '' for one that the page may not read. */
const show = (pictures: readonly (readonly [id: string, colour: string])[]): Promise<Shown> =>
  page().evaluate(
    async ({ shown, hashBytes, coding }) => {
      const { mirror, broken } = replay.open();
      const html =
        '<canvas id=a width=40 height=20></canvas><canvas id=b width=40 height=20></canvas>' + '<video id=v></video><p id=p>p</p>';
      const { batch, ids } = replay.keyframe({ html });
      mirror.apply(batch);
      let number = 0;
      for (const [id, colour] of shown) {
        const canvas = new OffscreenCanvas(10, 10);
        const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
        context.fillStyle = colour;
        context.fillRect(0, 0, 10, 10);
        const image =
          colour === '' ? new Uint8Array() : new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
        const payload = replay.encodePicture({ id: ids[id] ?? 9_999, image });
        const bytes = new Uint8Array([...new Uint8Array(hashBytes), coding, ...payload]);
        mirror.asset(replay.encodeAssetPart({ number: ++number, isLast: true, bytes }));
      }
      await new Promise((resume) => setTimeout(resume, 200));
      /** The colour in the middle of what stands for a canvas. */
      const pixel = async (id: string): Promise<number[]> => {
        const { content } = (mirror.document?.defaultView as Window).getComputedStyle(mirror.document?.getElementById(id) as Element);
        const image = Object.assign(new Image(), { src: /url\("(.*)"\)/.exec(content)?.[1] ?? '' });
        await image.decode();
        const context = new OffscreenCanvas(image.width, image.height).getContext('2d') as OffscreenCanvasRenderingContext2D;
        context.drawImage(image, 0, 0);
        return [image.width, image.height, ...context.getImageData(image.width >> 1, image.height >> 1, 1, 1).data];
      };
      const video = mirror.document?.getElementById('v') as HTMLVideoElement;
      return {
        pixels: Object.fromEntries(await Promise.all(['a', 'b'].map(async (id) => [id, await pixel(id)] as const))),
        poster: video.poster.slice(0, 5),
        broken,
      };
    },
    { shown: pictures, hashBytes: HASH_BYTES, coding: AssetCoding.PICTURE },
  );

describe('pictures of what is drawn', () => {
  it('should stand on their canvas, in its size, the latest over the one before', async () => {
    const { pixels, broken } = await show([
      ['a', '#f00'],
      ['a', '#00f'],
      ['b', '#0f0'],
    ]);
    expect(pixels).toMatchObject({ a: [40, 20, 0, 0, 255, 255], b: [40, 20, 0, 255, 0, 255] });
    expect(broken).toEqual([]);
  });

  it('should be what a video shows that cannot be loaded', async () => {
    expect((await show([['v', '#f00']])).poster).toBe('blob:');
  });

  it('should be stripes where the page may not read it, and nothing on what shows no pictures', async () => {
    const { pixels, broken } = await show([
      ['a', ''],
      ['p', '#f00'],
      ['gone', '#f00'],
    ]);
    expect(pixels['a']?.[5]).toBe(255);
    expect(pixels['b']).toEqual([40, 20, 0, 0, 0, 0]);
    expect(broken).toEqual([]);
  });

  it('should break the page that sends one that is too long, or none at all', async () => {
    const broken = await page().evaluate(
      ({ most, hashBytes, coding }) =>
        [[1, ...new Array<number>(most + 1).fill(0)], []].map((payload) => {
          const { mirror, broken: reasons } = replay.open();
          mirror.apply(replay.keyframe({ html: '<p>p</p>' }).batch);
          const bytes = new Uint8Array([...new Uint8Array(hashBytes), coding, ...payload]);
          mirror.asset(replay.encodeAssetPart({ number: 1, isLast: true, bytes }));
          return reasons.join();
        }),
      { most: MAX_PICTURE_BYTES, hashBytes: HASH_BYTES, coding: AssetCoding.PICTURE },
    );
    expect(broken).toEqual([`a picture of ${MAX_PICTURE_BYTES + 1} bytes; at most ${MAX_PICTURE_BYTES}`, 'ended after 0 bytes']);
  });
});

describe('a canvas', () => {
  it('should have its own size from the first moment on, keep what it shows when it is styled, and lose it when it is given a size', async () => {
    const seen = await page().evaluate(
      async ({ hashBytes, coding, most }) => {
        const { mirror, broken } = replay.open();
        const { batch, ids } = replay.keyframe({ html: '<canvas id=a width=40 height=20 style="display:block">in words</canvas>' });
        mirror.apply(batch);
        const canvas = mirror.document?.getElementById('a') as HTMLCanvasElement;
        const box = (): string => `${canvas.getBoundingClientRect().width}x${canvas.getBoundingClientRect().height}`;
        const kind = (): string =>
          /^url\("(\w+:)/.exec((mirror.document?.defaultView as Window).getComputedStyle(canvas).content)?.[1] ?? '';
        const say = (name: string, value: string): void => {
          mirror.apply(
            replay.change((writer) => {
              writer.attribute(ids['a'] as number, name, value);
            }),
          );
        };
        const looks = [`${box()} ${kind()}`];
        const payload = replay.encodePicture({ id: ids['a'] as number, image: new Uint8Array() });
        const bytes = new Uint8Array([...new Uint8Array(hashBytes), coding, ...payload]);
        mirror.asset(replay.encodeAssetPart({ number: 1, isLast: true, bytes }));
        await new Promise((resume) => setTimeout(resume, 200));
        looks.push(`${box()} ${kind()}`);
        say('style', 'display:block;transform:rotate(0deg)');
        looks.push(`${box()} ${kind()}`);
        mirror.apply(
          replay.change((writer) => {
            writer.hold(ids['a'] as number, 1, 100, 50);
          }),
        );
        looks.push(`${box()} ${kind()}`);
        mirror.apply(
          replay.change((writer) => {
            writer.hold(ids['a'] as number, 0, 0, 0);
          }),
        );
        looks.push(`${box()} ${kind()}`);
        say('width', '60');
        looks.push(`${box()} ${kind()}`);
        say('height', String(most));
        return { looks, broken };
      },
      { hashBytes: HASH_BYTES, coding: AssetCoding.PICTURE, most: 2 ** 31 - 1 },
    );
    expect(seen).toEqual({
      looks: ['40x20 data:', '40x20 blob:', '40x20 blob:', '100x50 blob:', '40x20 blob:', '60x20 data:'],
      broken: [],
    });
  });

  it('should be empty again when a page has more pictures than are kept, the oldest first', async () => {
    const kinds = await page().evaluate(
      async ({ hashBytes, coding, most }) => {
        const html = Array.from({ length: 40 }, (_, n) => `<canvas id=c${n} width=4 height=4></canvas>`).join('');
        const { mirror, ids, document } = replay.show(html);
        const image = new Uint8Array(most);
        for (let n = 0; n < 40; n++) {
          const payload = replay.encodePicture({ id: ids[`c${n}`] as number, image });
          const bytes = new Uint8Array(hashBytes + 1 + payload.length);
          bytes[hashBytes] = coding;
          bytes.set(payload, hashBytes + 1);
          mirror.asset(replay.encodeAssetPart({ number: n + 1, isLast: true, bytes }));
          await new Promise((resume) => setTimeout(resume, 20));
        }
        await new Promise((resume) => setTimeout(resume, 300));
        return [0, 7, 8, 39].map((n) => (document.getElementById(`c${n}`) as HTMLElement).style.getPropertyValue('content').slice(5, 10));
      },
      { hashBytes: HASH_BYTES, coding: AssetCoding.PICTURE, most: MAX_PICTURE_BYTES },
    );
    expect(kinds).toEqual(['data:', 'data:', 'blob:', 'blob:']);
  });
});

describe('video and audio', () => {
  it('should play where the consumer is, without sound, and stop there', async () => {
    const states = await page().evaluate(
      async ({ src, op, playing }) => {
        const { mirror, broken } = replay.open();
        const { batch, ids } = replay.keyframe({ html: `<audio id=tone src="${src}" autoplay></audio><p id=p>p</p>` });
        mirror.apply(batch);
        const audio = mirror.document?.getElementById('tone') as HTMLAudioElement;
        const say = (id: string, ...numbers: number[]): void => {
          mirror.apply(
            replay.change((writer) => {
              writer.numbers(op, ids[id] as number, ...numbers);
            }),
          );
        };
        const before = audio.paused;
        say('tone', playing, 5_000, 100);
        await new Promise((resume) => setTimeout(resume, 300));
        const { paused, muted, currentTime } = audio;
        say('tone', 0, 12_000, 150);
        await new Promise((resume) => setTimeout(resume, 100));
        // A browser that was still playing when told to seek may come to rest a few milliseconds on.
        const after = { paused: audio.paused, isThere: Math.abs(audio.currentTime - 12) < 0.05, rate: audio.playbackRate };
        // Nothing that plays.
        say('p', playing, 0, 100);
        return { before, during: { paused, muted, isThere: currentTime >= 5 && currentTime < 6 }, after, broken };
      },
      { src: tone(20), op: PageOp.PLAYBACK, playing: PlaybackBit.PLAYING },
    );
    expect(states).toEqual({
      before: true,
      during: { paused: false, muted: true, isThere: true },
      after: { paused: true, isThere: true, rate: 1.5 },
      broken: [],
    });
  });
});
