/*
 * The tables of one page batch (protocol section 6): a string is looked for where its like has been, so that the numbers stay small
 * and those of one attribute follow a pattern of their own. The values of an attribute stand in the table of its name; no attribute's
 * name holds a space.
 */

export const NAMES = ' name';
export const TEXTS = ' text';
export const OTHERS = ' else';

/** Strings up to this length stand in a table; longer ones seldom repeat, and hashing them costs more than it saves. In UTF-16 units. */
export const MAX_TABLED_UNITS = 256;

/** Ends each string of a batch's text. */
export const SEPARATOR = '\0';
/** Inside a string: before a 0 it stands for {@link SEPARATOR}, before a 1 for itself. */
const ESCAPE = '\x01';

/** A string as it stands in the text. */
export const escaped = (string: string): string => string.replaceAll(ESCAPE, ESCAPE + '1').replaceAll(SEPARATOR, ESCAPE + '0');

/** The string that stands so in the text. */
export const unescaped = (text: string): string => text.replaceAll(ESCAPE + '0', SEPARATOR).replaceAll(ESCAPE + '1', ESCAPE);

/** The table of a kind of strings, made by `create` when it is asked for first. */
export function tableOf<Table>(tables: Map<string, Table>, kind: string, create: () => Table): Table {
  let table = tables.get(kind);
  if (table === undefined) {
    // A lone surrogate in an attribute's name arrives as U+FFFD: both ends go by what is the same for both.
    const same = kind.replace(/\p{Cs}/gu, '\ufffd');
    table = tables.get(same) ?? create();
    tables.set(kind, table).set(same, table);
  }
  return table;
}
