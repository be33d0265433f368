import type { PageWriter } from '../protocol/page-writer.ts';
import type { BesideContext } from './beside.ts';

/** What parts that show nothing beside the page need of the rest. */
export type PartContext = Pick<BesideContext, 'window' | 'idOf' | 'isSecret' | 'changed'>;

/** Keeps up with elements that show what is not in the tree; a chunk of its own, for most pages have none. Calls come from the page's main thread. */
export interface Part {
  /** An element of this part's kind went to the mirror. */
  track(element: Element): void;
  forget(node: Node): void;
  /** A keyframe starts: all is sent anew. */
  reset(): void;
  /** Writes what differs from what was sent. */
  write(writer: PageWriter): void;
  /** Leaves nothing of it in the page. */
  stop(): void;
}

export type LoadPart = (context: BesideContext) => Promise<Part>;

/** Stands for a part until that is loaded: when there is an element for it. */
export class LatePart implements Part {
  private readonly elements = new Set<Element>();
  private readonly load: LoadPart;
  private readonly context: BesideContext;
  private part: Part | undefined;
  private isAsked = false;
  private isOver = false;

  constructor(load: LoadPart, context: BesideContext) {
    this.load = load;
    this.context = context;
  }

  track(element: Element): void {
    this.elements.add(element);
    this.part?.track(element);
    if (!this.isAsked) void this.bring();
  }

  forget(node: Node): void {
    this.elements.delete(node as Element);
    this.part?.forget(node);
  }

  reset(): void {
    this.elements.clear();
    this.part?.reset();
  }

  write(writer: PageWriter): void {
    this.part?.write(writer);
  }

  stop(): void {
    this.isOver = true;
    this.part?.stop();
  }

  private async bring(): Promise<void> {
    this.isAsked = true;
    this.part = await this.load(this.context);
    if (this.isOver) {
      this.part.stop();
      return;
    }
    for (const element of this.elements) this.part.track(element);
    this.context.changed();
  }
}
