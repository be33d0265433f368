import type { TextRange } from '../../protocol/text-range.ts';
import type { Mirror, Point } from '../../replay/mirror.ts';
import type { AgentSession } from './agent-session.ts';

/** Where the agent's hands meet the page: the overlay takes all input, the mirror says what lies under it. */
export interface Surface {
  readonly session: AgentSession;
  readonly mirror: Mirror;
  readonly overlay: HTMLElement;
  /** Scaled like the mirror: children are placed in the mirror's CSS pixels. */
  readonly editors: HTMLElement;
  pointAt(event: MouseEvent): Point;
  scale(): number;
  /** Tells the agent why nothing comes of what they tried. */
  refuse(what: 'viewOnly' | 'masked'): void;
  /** Outlines a node, or marks a text, in the agent's own view; 0 clears. */
  highlight(what: number | TextRange): void;
  /** Shows the agent's own name tag. */
  ownCursor(spot: { readonly node: number; readonly x: number; readonly y: number } | null): void;
}
