import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { startFaultProxy } from '../tools/faults/proxy.ts';

const JAR = fileURLToPath(new URL('../../relay-server/target/tandem-relay.jar', import.meta.url));
const READY_MILLIS = 30_000;
const POLL_MILLIS = 100;

/** What the channels of a run may ride on; `switching`: now the one, now the other. The names of Playwright's projects. */
export type Carriers = 'websocket' | 'long-poll' | 'switching';

/** A carrier works for so long while they switch: the other takes over before most tests are through. */
const SWITCH_MILLIS = 3_000;

/** A relay of its own process, in demo mode, on a port that was free a moment ago. */
export interface Relay {
  /** As browsers reach it. */
  readonly url: string;
  /** Past whatever is in between. */
  readonly directUrl: string;
  readonly carriers: Carriers;
  /** What it wrote so far, for the report of a failed test. */
  output(): string;
  /** Ends it as an administrator would. @returns its exit code */
  stop(): Promise<number | null>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  probe.close();
  await once(probe, 'close');
  return address.port;
}

export async function startRelay(carriers: Carriers, ...args: string[]): Promise<Relay> {
  const port = await freePort();
  const directUrl = `http://localhost:${port}`;
  const proxy = carriers === 'switching' ? await startFaultProxy(`http://127.0.0.1:${port}`) : undefined;
  const proxyPort = proxy && new URL(proxy.origin).port;
  const between = proxyPort === undefined ? ['--carriers', carriers] : ['--proxy-port', proxyPort];
  const child = spawn('java', ['-jar', JAR, 'demo', '--port', String(port), ...between, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const written: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => written.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => written.push(chunk.toString()));
  const output = (): string => written.join('');
  await ready(child, directUrl, output);
  await proxy?.tell(`alternate ${SWITCH_MILLIS}`);
  return {
    url: proxyPort === undefined ? directUrl : `http://localhost:${proxyPort}`,
    directUrl,
    carriers,
    output,
    stop: async () => {
      await end(child, 'SIGTERM');
      await proxy?.close();
      return child.exitCode;
    },
    kill: async () => {
      await end(child, 'SIGKILL');
      await proxy?.close();
    },
  };
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return;
  child.kill(signal);
  await once(child, 'exit');
}

async function ready(child: ChildProcess, url: string, output: () => string): Promise<void> {
  const deadline = Date.now() + READY_MILLIS;
  while (Date.now() < deadline) {
    if (hasEnded(child)) throw new Error(`the relay ended with ${child.exitCode ?? child.signalCode}:\n${output()}`);
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resume) => setTimeout(resume, POLL_MILLIS));
  }
  await end(child, 'SIGKILL');
  throw new Error(`the relay was not ready after ${READY_MILLIS} ms:\n${output()}`);
}
