import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const JAR = fileURLToPath(new URL('../../relay-server/target/tandem-relay.jar', import.meta.url));
const READY_MILLIS = 30_000;
const POLL_MILLIS = 100;

/** A relay of its own process, in demo mode, on a port that was free a moment ago. */
export interface Relay {
  readonly url: string;
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

export async function startRelay(...args: string[]): Promise<Relay> {
  const port = await freePort();
  const child = spawn('java', ['-jar', JAR, 'demo', '--port', String(port), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const written: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => written.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => written.push(chunk.toString()));
  const output = (): string => written.join('');
  const url = `http://localhost:${port}`;
  await ready(child, url, output);
  return {
    url,
    output,
    stop: async () => {
      await end(child, 'SIGTERM');
      return child.exitCode;
    },
    kill: () => end(child, 'SIGKILL'),
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
