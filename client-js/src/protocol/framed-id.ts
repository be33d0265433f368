/*
 * Ids of nodes in framed documents (protocol section 6.7): the agent's side knows a document that is told by its own tag by a number, and a node of it by one id that holds that number and the
 * id that its own tag gave it.
 */

/** The page's own ids are below. */
const FIRST = 2 ** 31;
const IDS_EACH = 2 ** 23;

/** Framed documents of one page epoch; a number stands for one of them, ever. */
export const MAX_FRAME_NUMBER = 255;
/** The highest id that the page itself may give a node. */
export const MAX_PAGE_ID = FIRST - 1;
/** The highest id that a framed document may give a node. */
export const MAX_FRAMED_ID = IDS_EACH - 1;

/** The number of the document that a node is in; 0: the page itself. */
export const frameOf = (id: number): number => (id < FIRST ? 0 : Math.floor((id - FIRST) / IDS_EACH));

/** The id that the node's own tag gave it. */
export const idInFrame = (id: number): number => (id < FIRST ? id : (id - FIRST) % IDS_EACH);

/** @param number of the document; 0: the page itself. @param id that the node's own tag gave it; 0: none */
export const framedId = (number: number, id: number): number => (number === 0 || id === 0 ? id : FIRST + number * IDS_EACH + id);
