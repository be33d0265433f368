import { createServer, type Server } from 'node:http';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
};

const LOOPBACK = '127.0.0.1';

/** Serves one page folder at a time, at the root, so that addresses inside it mean what they say. */
export interface Site {
  readonly origin: string;
  /** Serves this folder from now on. */
  show(folder: string): void;
  close(): Promise<void>;
}

export interface SiteOptions {
  /** `script-src` of the pages: nothing runs but what it names. */
  scriptSource: string;
  /** HTML that ends every page; may be set later, once the relay's address is known. */
  tag?: string;
}

/** The page folders of a folder, by name. A folder with an index.html of its own is its only page. */
export function pagesOf(folder: string): { readonly name: string; readonly folder: string }[] {
  const has = (path: string): boolean => existsSync(join(path, 'index.html'));
  if (has(folder)) return [{ name: resolve(folder).split(sep).at(-1) ?? 'page', folder }];
  return readdirSync(folder)
    .sort()
    .map((name) => ({ name, folder: join(folder, name) }))
    .filter((page) => has(page.folder));
}

/** Serves on a free port, of loopback unless told, with the tag in every page, and nothing else allowed to run. */
export async function serveSite(options: SiteOptions, host = LOOPBACK): Promise<Site> {
  let root = '';
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://site').pathname);
    const file = resolve(join(root, path.endsWith('/') ? `${path}index.html` : path));
    if (!file.startsWith(root + sep) || !statSync(file, { throwIfNoEntry: false })?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    const isPage = type.startsWith('text/html');
    response.writeHead(200, {
      'Content-Type': type,
      'Cache-Control': 'no-store',
      ...(isPage ? { 'Content-Security-Policy': `script-src ${options.scriptSource}` } : {}),
    });
    response.write(readFileSync(file));
    // After the end of the file, where the parser puts it into the body: nothing above it moves.
    response.end(isPage ? options.tag : undefined);
  });
  await listen(server, host);
  return {
    origin: `http://${host}:${(server.address() as AddressInfo).port}`,
    show: (folder) => {
      root = resolve(folder);
    },
    close: () => stop(server),
  };
}

/**
 * Serves one page of ours, whatever the path. It must come from a real address: Chromium keeps pages whose address it does
 * not know (those that a route fulfils) from everything on loopback.
 */
export async function servePage(
  html: string | (() => string),
  host = LOOPBACK,
): Promise<{ readonly origin: string; close(): Promise<void> }> {
  const server = createServer((_request, response) => {
    response
      .writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' })
      .end(typeof html === 'string' ? html : html());
  });
  await listen(server, host);
  return { origin: `http://${host}:${(server.address() as AddressInfo).port}`, close: () => stop(server) };
}

const listen = (server: Server, host: string): Promise<void> =>
  new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(0, host, done);
  });

const stop = (server: Server): Promise<void> =>
  new Promise((done) => {
    server.close(() => {
      done();
    });
    server.closeAllConnections();
  });
