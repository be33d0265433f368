import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';

const CLASSES = ['../load-tests/target/classes', '../relay-server/target/tandem-relay.jar'];
const MAIN = 'io.tandem.load.netlab.FaultProxyMain';

/** A path to the relay whose faults are told by commands (load-tests, netlab). */
export interface FaultProxy {
  readonly origin: string;
  /** @throws Error naming what is allowed, when the proxy does not know the command */
  tell(command: string): Promise<void>;
  close(): Promise<void>;
}

/** @param ended what is answered when the proxy has ended */
async function nextLine(lines: Interface, ended: Promise<string>): Promise<string> {
  const line = once(lines, 'line').then(([text]) => text as string);
  return Promise.race([line, ended]);
}

export async function startFaultProxy(relay: string): Promise<FaultProxy> {
  const child = spawn('java', ['-cp', CLASSES.join(':'), MAIN, '--to', new URL(relay).host], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit').then(() => 'error: the proxy ended');
  const port = await nextLine(lines, ended);
  if (!/^\d+$/.test(port)) throw new Error(`no fault proxy: ${port}`);
  let last: Promise<unknown> = Promise.resolve();
  return {
    origin: `http://127.0.0.1:${port}`,
    tell(command) {
      const answered = last.then(async () => {
        const answer = nextLine(lines, ended);
        child.stdin.write(`${command}\n`);
        const line = await answer;
        if (line.startsWith('error')) throw new Error(`${command}: ${line}`);
      });
      last = answered.catch(() => undefined);
      return answered;
    },
    async close() {
      if (child.exitCode !== null) return;
      child.stdin.end();
      await ended;
    },
  };
}
