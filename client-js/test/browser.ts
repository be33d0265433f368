import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSync } from 'esbuild';
import { type Browser, chromium } from 'playwright-core';

/** The machine's own Chromium, quiet: it must not call anybody by itself while requests are counted. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['TANDEM_CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export interface LocalServer {
  readonly server: Server;
  readonly origin: string;
  readonly port: number;
  close(): Promise<void>;
}

/** A server on a free port of this machine. */
export async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<LocalServer> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    server,
    origin: `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A module and all it imports as one classic script for a page. */
export function bundle(entry: string, format: 'iife' | 'esm' = 'iife'): string {
  const result = buildSync({ entryPoints: [entry], bundle: true, format, target: 'es2022', write: false });
  return result.outputFiles[0]?.text ?? '';
}
