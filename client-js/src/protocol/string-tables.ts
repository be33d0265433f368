/** Strings up to this length stand in a table; longer ones seldom repeat, and hashing them costs more than it saves. In UTF-16 units. */
export const MAX_TABLED_UNITS = 256;

/** What separates the strings of a batch's text, and what stands for it inside one. */
export const SEPARATOR = '\0';
export const SEPARATOR_WITHIN = '\ufffd';

/**
 * The tables of one page batch (protocol section 6): a string is looked for where its like has been, so that the numbers stay small
 * and those of one attribute follow each other's pattern. A writer's table finds the number, a reader's the string.
 */
export class StringTables<Table> {
  readonly names: Table;
  readonly texts: Table;
  readonly others: Table;
  private readonly byAttribute = new Map<string, Table>();
  private readonly create: () => Table;

  constructor(create: () => Table) {
    this.create = create;
    this.names = create();
    this.texts = create();
    this.others = create();
  }

  /** The table of the values of an attribute, on whatever element. */
  valuesOf(attribute: string): Table {
    let table = this.byAttribute.get(attribute);
    if (table === undefined) {
      table = this.create();
      this.byAttribute.set(attribute, table);
    }
    return table;
  }
}
