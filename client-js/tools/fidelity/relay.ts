import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { temporaryFolder } from './browser.ts';

const JAR = '../relay-server/target/tandem-relay.jar';
const BRAND = 'fidelity';
const READY_MILLIS = 30_000;
const POLL_MILLIS = 100;
const TOKEN_SECONDS = 3_600;

/** A relay in earnest (no demo), in a process of its own. */
export interface Relay {
  readonly origin: string;
  /** HTML that embeds the tag. */
  readonly tag: string;
  /** A token for an agent of this name, signed as the brand's desk would. */
  token(name: string): string;
  readonly pid: number;
  close(): Promise<void>;
}

async function freePort(host: string): Promise<number> {
  const probe = createServer().listen(0, host);
  await once(probe, 'listening');
  const address = probe.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  probe.close();
  await once(probe, 'close');
  return address.port;
}

/** Starts the packaged relay for one brand whose pages, and whose desk, have these origins. Pages of either name of this machine may be framed by those of the other. */
export async function startRelay(brandOrigin: string, deskOrigin: string, host = '127.0.0.1'): Promise<Relay> {
  if (!existsSync(JAR)) throw new Error(`${JAR} is not there; build it with: mvn -B -DskipTests package`);
  const port = await freePort(host);
  const secret = randomBytes(48).toString('base64url');
  const config = join(temporaryFolder(), 'relay.properties');
  const properties = {
    'tandem.host': host,
    'tandem.port': port,
    'tandem.brands': BRAND,
    [`tandem.brands.${BRAND}.origins`]: brandOrigin,
    [`tandem.brands.${BRAND}.frame-origins`]: [brandOrigin, brandOrigin.replace('127.0.0.1', 'localhost')].join(),
    [`tandem.brands.${BRAND}.desk-origins`]: deskOrigin,
    [`tandem.brands.${BRAND}.agent-secret`]: secret,
    // It shares its machine with the browsers that are measured: their work is no overload of its.
    'tandem.session.highest-lag-millis': 60_000,
  };
  const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}\n`);
  writeFileSync(config, lines.join(''), { mode: 0o600 });
  // The environment goes before the file, and the tests' own TANDEM_ names are none of the relay's.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TANDEM_')));
  const child = spawn('java', ['-jar', JAR, 'serve', '--config', config], { stdio: ['ignore', 'pipe', 'pipe'], env });
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const origin = `http://${host}:${port}`;
  await ready(child, origin);
  return {
    origin,
    pid: child.pid ?? 0,
    tag: `\n<script src="${origin}/tandem.js" data-brand="${BRAND}" async></script>`,
    token: (name) => sign(secret, { sub: name, name, brand: BRAND, aud: 'tandem', exp: Math.floor(Date.now() / 1000) + TOKEN_SECONDS }),
    async close() {
      process.off('exit', endWithUs);
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function ready(child: ChildProcess, origin: string): Promise<void> {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const deadline = Date.now() + READY_MILLIS;
  while (Date.now() < deadline && child.exitCode === null) {
    const answer = await fetch(`${origin}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resume) => setTimeout(resume, POLL_MILLIS));
  }
  child.kill('SIGKILL');
  throw new Error(`the relay was not ready after ${READY_MILLIS} ms:\n${output}`);
}

/** A JWT with HS256 (RFC 7519): the brand's own signature. */
function sign(secret: string, claims: object): string {
  const part = (content: object): string => Buffer.from(JSON.stringify(content)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
