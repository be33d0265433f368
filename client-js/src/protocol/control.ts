import { MalformedBytes } from './bytes.ts';
import { MAX_CONTROL_BYTES } from './limits.ts';
import type { ResourcePolicy } from './resource.ts';

/** JSON payloads of the control lane (protocol section 3). */

export type Role = 'consumer' | 'agent' | 'observer';
export type Mode = 'view-only' | 'shared';
export type SessionState = 'waiting' | 'active' | 'paused' | 'ended';
export type InvitationState = 'offered' | 'accepted' | 'declined' | 'expired' | 'withdrawn';
export type EndReason =
  'consumer-ended' | 'agent-ended' | 'consumer-gone' | 'agent-gone' | 'idle' | 'maximum-time' | 'node-stopped' | 'not-served';

export interface ParticipantInfo {
  readonly number: number;
  readonly role: Role;
  readonly name: string;
  readonly present: boolean;
}

export interface SessionInfo {
  readonly id: string;
  readonly state: SessionState;
  readonly mode: Mode | null;
  /** A higher mode that the agent asks the consumer for. */
  readonly modeAsked?: Mode;
  readonly reason: EndReason | null;
  readonly participants: readonly ParticipantInfo[];
  /** What the brand lets the tag hand out to an agent's browser; a relay that does not know of it says nothing. */
  readonly resources?: ResourcePolicy;
}

export interface Hello {
  readonly protocol: readonly [number, number];
  readonly role: Role;
  readonly client: string;
  readonly lz4: boolean;
  readonly brand?: string;
  readonly page?: { readonly origin: string; readonly path: string };
  readonly resume?: string | undefined;
  readonly continues?: boolean;
  readonly grant?: string;
  /** Grows with every HELLO of a participant (protocol section 3.1); the channel sets it. */
  readonly attempt?: number;
  /** Tells the attempts of one loaded viewer from another's. */
  readonly mark?: number;
}

export interface Welcome {
  readonly protocol: number;
  readonly participant: number;
  readonly epoch: number;
  readonly resume?: string;
  readonly session: SessionInfo;
  readonly limits: { readonly frameBytes: number; readonly expandedBytes: number; readonly heartbeatMillis: number };
  readonly resourceOrigins: readonly string[];
}

export interface Invitation {
  readonly invitation: string;
  readonly mode: Mode;
  readonly agent: string;
  readonly expiresInMillis: number;
}

export interface InvitationUpdate {
  readonly invitation: string;
  readonly state: InvitationState;
}

/** What a waiting consumer asks for: any agent, or a code to read to the one on the phone. */
export type AskedFor = 'nothing' | 'agent' | 'code';

export interface Asked {
  readonly want: AskedFor;
  /** Six digits, with `code`. */
  readonly code?: string;
  readonly expiresInMillis?: number;
}

/** A refusal that leaves the channel open. */
export interface ErrorInfo {
  readonly reason: string;
  readonly message: string;
  readonly type?: number;
  readonly sequence?: number;
  readonly allowed?: readonly string[];
}

export interface BudgetInfo {
  readonly quality: 'good' | 'fair' | 'poor';
  readonly allowedKbps: number;
  readonly measuredKbps: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function encodeControl(payload: object): Uint8Array<ArrayBuffer> {
  return encoder.encode(JSON.stringify(payload));
}

/**
 * Reads a control payload. The relay is the tag's and the viewer's own counterpart, so its members are taken at their word;
 * what is shown to people is set as text.
 *
 * @throws MalformedBytes when it is no JSON object, or too long
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller says which payload the type byte announced
export function decodeControl<T extends object>(payload: Uint8Array): T {
  let value: unknown;
  try {
    if (payload.length <= MAX_CONTROL_BYTES) value = JSON.parse(decoder.decode(payload));
  } catch {
    // Falls through to the check.
  }
  if (value instanceof Object && !Array.isArray(value)) return value as T;
  throw new MalformedBytes(`not a JSON object of at most ${MAX_CONTROL_BYTES} bytes`);
}
