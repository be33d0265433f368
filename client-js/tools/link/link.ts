import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../fidelity/browser.ts';

/** The two network namespaces that a measurement runs in, as namespaces.mjs made them. */
export interface Link {
  readonly consumer: string;
  readonly relayAddress: string;
}

/** A program that starts Chromium in a namespace. */
export function chromiumInside(namespace: string): string {
  const script = join(temporaryFolder(), 'chromium');
  const chromium = process.env['TANDEM_CHROMIUM'] ?? '/usr/bin/chromium';
  writeFileSync(script, `#!/bin/sh\nexec ip netns exec ${namespace} ${chromium} "$@"\n`);
  chmodSync(script, 0o700);
  return script;
}
