import type { PageWriter } from '../protocol/page-writer.ts';
import type { MediaContext } from './media/context.ts';
import type { createMedia, Media } from './media/media.ts';

/** What keeps up with canvases, video and audio. */
export type LoadMedia = () => Promise<{ readonly createMedia: typeof createMedia }>;

/** Stands for what keeps up with canvases, video and audio until that is loaded: when there is one. */
export class LateMedia implements Media {
  private readonly elements = new Set<Element>();
  private readonly context: MediaContext;
  private readonly load: LoadMedia;
  private media: Media | undefined;
  private isAsked = false;
  private isOver = false;

  constructor(load: LoadMedia, context: MediaContext) {
    this.load = load;
    this.context = context;
  }

  track(element: Element): void {
    this.elements.add(element);
    this.media?.track(element);
    if (!this.isAsked) void this.bring();
  }

  forget(node: Node): void {
    this.elements.delete(node as Element);
    this.media?.forget(node);
  }

  reset(): void {
    this.elements.clear();
    this.media?.reset();
  }

  write(writer: PageWriter): void {
    this.media?.write(writer);
  }

  stop(): void {
    this.isOver = true;
    this.media?.stop();
  }

  private async bring(): Promise<void> {
    this.isAsked = true;
    const { createMedia } = await this.load();
    if (this.isOver) return;
    this.media = createMedia(this.context);
    for (const element of this.elements) this.media.track(element);
    this.context.changed();
  }
}
