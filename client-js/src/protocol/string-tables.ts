/*
 * The tables of one page batch (protocol section 6): a string is looked for where its like has been, so that the numbers stay small
 * and those of one attribute follow a pattern of their own. The values of an attribute stand in the table of its name; no attribute's
 * name holds a space.
 */

export const NAMES = ' names';
export const TEXTS = ' texts';
export const OTHERS = ' others';

/** Strings up to this length stand in a table; longer ones seldom repeat, and hashing them costs more than it saves. In UTF-16 units. */
export const MAX_TABLED_UNITS = 256;

/** Ends each string of a batch's text. */
export const SEPARATOR = '\0';
/** Stands for a separator inside a string. */
export const SEPARATOR_WITHIN = '\ufffd';

/** The table of a kind of strings, made by `create` when it is asked for first. */
export function tableOf<Table>(tables: Map<string, Table>, kind: string, create: () => Table): Table {
  let table = tables.get(kind);
  if (table === undefined) tables.set(kind, (table = create()));
  return table;
}
