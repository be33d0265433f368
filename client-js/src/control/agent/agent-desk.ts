import type { Mode } from '../../protocol/control.ts';
import { createAssetCache } from '../../delivery/asset-cache.ts';
import { AgentSession } from './agent-session.ts';

export interface WaitingSession {
  readonly id: string;
  readonly state: string;
  readonly waitingMillis: number;
  /** Since when the consumer asks for an agent; null where nobody is asked for. */
  readonly askingMillis: number | null;
  readonly page: { readonly origin: string; readonly path: string };
  readonly invitable: boolean;
}

/** RFC 9457, as the relay answers what it refuses. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly allowed?: readonly string[];
}

/** A call that the relay refused. */
export class RelayProblem extends Error {
  override readonly name = 'RelayProblem';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super([problem.title, problem.detail].filter(Boolean).join(': '));
    this.problem = problem;
  }
}

interface InvitationAnswer {
  readonly invitation: string;
  readonly mode: Mode;
  readonly session: string;
  readonly grant: string;
  readonly channel: string;
}

/** An agent at the relay: sees who waits, and invites. */
export class AgentDesk {
  private readonly relay: string;
  private readonly token: string;
  private readonly assets = createAssetCache();

  /** @param options.relay the relay's origin; `token`: the brand's token for this agent */
  constructor({ relay, token }: { readonly relay: string; readonly token: string }) {
    this.relay = new URL(relay).origin;
    this.token = token;
  }

  async listWaiting(): Promise<WaitingSession[]> {
    const answer = await this.call<{ readonly sessions: WaitingSession[] }>('GET', '/v1/sessions?state=waiting');
    return answer.sessions;
  }

  /** @throws RelayProblem, e.g. `agent-busy` or `session-busy` */
  async invite(sessionId: string, mode: Mode): Promise<AgentSession> {
    return this.begin(await this.call<InvitationAnswer>('POST', `${pathOf(sessionId)}/invitations`, { mode }));
  }

  /**
   * Invites the consumer who read this code out.
   *
   * @param code six digits, with or without blanks and hyphens
   * @throws RelayProblem, e.g. `no-such-code` or `too-many-guesses`
   */
  async inviteByCode(code: string, mode: Mode): Promise<AgentSession> {
    return this.begin(await this.call<InvitationAnswer>('POST', '/v1/invitations', { code, mode }));
  }

  private begin(answer: InvitationAnswer): AgentSession {
    const path = pathOf(answer.session);
    const channelUrl = new URL(answer.channel, this.relay);
    channelUrl.protocol = channelUrl.protocol === 'https:' ? 'wss:' : 'ws:';
    return new AgentSession({
      session: answer.session,
      invitation: answer.invitation,
      mode: answer.mode,
      grant: answer.grant,
      channelUrl: channelUrl.href,
      assets: this.assets,
      withdraw: () => this.call('DELETE', `${path}/invitations/${encodeURIComponent(answer.invitation)}`),
      end: () => this.call('DELETE', path),
    });
  }

  private async call<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(new URL(path, this.relay), {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      credentials: 'omit',
      cache: 'no-store',
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!response.ok) throw new RelayProblem(await problemOf(response));
    return (response.status === 204 ? undefined : await response.json()) as T;
  }
}

const pathOf = (session: string): string => `/v1/sessions/${encodeURIComponent(session)}`;

async function problemOf(response: Response): Promise<Problem> {
  try {
    return (await response.json()) as Problem;
  } catch {
    // An intermediary answered, not the relay.
    return { type: 'about:blank', title: response.statusText || `HTTP ${response.status}`, status: response.status };
  }
}
