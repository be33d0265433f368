/*
 * What carries out the agent's actions, as a chunk of its own: the page is on its way while it is loaded, and nobody acts on a page that they do not see.
 */
export { createActing } from './control/tag/acting.ts';
