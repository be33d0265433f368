/* What hands out to an agent's browser what that cannot load, as a chunk of its own: loaded when one asks for something. */
export { serveResources } from './capture/resources/service.ts';
