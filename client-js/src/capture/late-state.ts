import type { ShadowOf } from '../inner-roots.ts';
import type { PageWriter } from '../protocol/page-writer.ts';
import type { Entry } from './node-table.ts';
import type { Root } from './roots.ts';

/** State of a page that shows without being in its tree, and that is told by what is loaded after the first view. Calls come from the page's main thread. */
export interface LateState {
  /** Writes what differs from what was sent; at each batch and at each poll. Masks are settled by then. */
  write(writer: PageWriter): void;
  /** A keyframe starts: all is to be sent that is not as in a page just loaded. */
  reset(): void;
}

/** What it sees of the capture. */
export interface LateContext {
  /** What the mirror has of a node; its `masked` is what the batch that is being written leaves it. */
  readonly known: (node: Node) => Entry | undefined;
  readonly shadowOf: ShadowOf;
  /** Documents and shadow roots that the mirror has, outer ones first. */
  readonly roots: () => ReadonlySet<Root>;
  /** Whether nothing of the page is still to be sent for the first time. */
  readonly isWhole: () => boolean;
  /** There may be something to write. */
  readonly changed: () => void;
}
