import { parseArgs } from 'node:util';

export interface Options {
  readonly folder: string;
  /** Where everything measured is written. */
  readonly json: string | undefined;
  /** Folder for pictures of consumer, mirror and their difference. */
  readonly shots: string | undefined;
  /** Only pages whose name holds this. */
  readonly only: string | undefined;
  /** The pages' own script files may run (inline scripts never do). */
  readonly scripts: boolean;
  /** Scroll bars take room. */
  readonly scrollbars: boolean;
  /** Capture and replay alone, without relay, tag and viewer. */
  readonly direct: boolean;
  readonly rival: boolean;
  /** Exit code 0 whatever is missed. */
  readonly reportOnly: boolean;
}

const USAGE = `usage: npm run fidelity -- DIR [options]

Mirrors every page folder of DIR (one with an index.html) through tag, relay and viewer, and compares mirror and page.

  --json FILE     write everything measured
  --shots DIR     keep pictures of consumer, mirror and difference
  --only TEXT     only pages whose name holds TEXT
  --scripts       let the pages' own script files run
  --scrollbars    scroll bars take room, as on most desktops
  --no-rival      leave rrweb out
  --direct        capture and replay alone, without relay, tag and viewer
  --report-only   exit code 0 even when a bar is missed`;

/** Reads the command line; explains itself and ends the process when it cannot. */
export function parseOptions(args: readonly string[]): Options {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'string' },
        shots: { type: 'string' },
        only: { type: 'string' },
        scripts: { type: 'boolean', default: false },
        scrollbars: { type: 'boolean', default: false },
        'no-rival': { type: 'boolean', default: false },
        direct: { type: 'boolean', default: false },
        'report-only': { type: 'boolean', default: false },
      },
    });
    const [folder] = positionals;
    if (folder === undefined || positionals.length > 1) throw new Error(`one DIR is needed, ${positionals.length} were given`);
    return {
      folder,
      json: values.json,
      shots: values.shots,
      only: values.only,
      scripts: values.scripts === true,
      scrollbars: values.scrollbars === true,
      direct: values.direct === true,
      rival: !values['no-rival'],
      reportOnly: values['report-only'] === true,
    };
  } catch (fault) {
    console.error(`${fault instanceof Error ? fault.message : String(fault)}\n\n${USAGE}`);
    process.exit(2);
  }
}
