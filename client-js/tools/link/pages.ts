import { RRWEB_SCRIPT } from '../fidelity/rrweb.ts';

/* The consumer's page: a trace that plays, above enough text to make a page of 2 MB. The agent's: the viewer alone. */

const PAGE_BYTES = 2 << 20;
const WORDS_A_PARAGRAPH = 80;
/** Numerical Recipes' linear congruential generator: the same words in every run. */
const FACTOR = 1_664_525;
const SUMMAND = 1_013_904_223;
const MODULUS = 2 ** 32;

function fillerOf(bytes: number): string {
  let seed = 1;
  const draw = (below: number): number => {
    seed = (seed * FACTOR + SUMMAND) % MODULUS;
    return Math.floor((seed / MODULUS) * below);
  };
  const word = (): string => Array.from({ length: 2 + draw(8) }, () => String.fromCharCode(97 + draw(26))).join('');
  const words = Array.from({ length: 4_000 }, word);
  let html = '';
  while (html.length < bytes) html += `<p>${Array.from({ length: WORDS_A_PARAGRAPH }, () => words[draw(words.length)]).join(' ')}</p>\n`;
  return html;
}

/**
 * A page that plays the trace (JSON lines) once, when `play()` is called.
 *
 * @param fillerBytes of text below it
 */
export function consumerPage(trace: string, tag: string, fillerBytes = PAGE_BYTES): string {
  const events = `[${trace.trim().split('\n').join(',')}]`.replaceAll('<', '\\u003c');
  return `<!doctype html><meta charset="utf-8"><title>Trace</title>
<style>body { margin: 0; font: 14px sans-serif } #stage { height: 768px; overflow: hidden } iframe { border: 0 } .replayer-mouse, .replayer-mouse-tail { display: none }</style>
<div id="stage"></div>
<script>${RRWEB_SCRIPT}</script>
<script>
  const events = ${events};
  const player = new rrweb.Replayer(events, { root: document.getElementById('stage'), mouseTail: false, showWarning: false, showDebug: false, triggerFocus: false });
  // The replayed cursor is no part of the page.
  player.mouse.remove();
  player.pause(0);
  window.play = () => new Promise((done) => { player.on('finish', done); player.play(0); });
</script>
<main>${fillerOf(fillerBytes)}</main>${tag}`;
}

/** What a desk does, whoever shows the page: `show` takes the session. */
const deskScript = (show: string): string => `<script type="module">
  let desk;
  let session;
  ${show}
  window.signIn = async (relay, token) => {
    const { AgentDesk } = await import(relay + '/tandem-viewer.js');
    desk = new AgentDesk({ relay, token });
  };
  window.inviteTheLatest = async () => {
    for (;;) {
      const [waiting] = (await desk.listWaiting()).filter(({ invitable }) => invitable);
      if (waiting) return void show((session = await desk.invite(waiting.id, 'shared')));
      await new Promise((resume) => setTimeout(resume, 100));
    }
  };
  window.askForThePage = () => session.requestKeyframe();
  window.endTheSession = () => session.end();
</script>`;

export const DESK = `<!doctype html><meta charset="utf-8"><title>Desk</title>
<style>html, body { margin: 0 } tandem-viewer { display: block; width: 1366px; height: 768px }</style>
<tandem-viewer></tandem-viewer>
${deskScript("const show = (of) => (document.querySelector('tandem-viewer').session = of);")}`;

/** A desk at which rrweb's Replayer shows what rrweb-capture.ts sends. */
export const RRWEB_DESK = `<!doctype html><meta charset="utf-8"><title>Desk</title>
<style>html, body { margin: 0; overflow: hidden } iframe { border: 0; display: block } .replayer-mouse, .replayer-mouse-tail { display: none }</style>
<script>${RRWEB_SCRIPT}</script>
${deskScript(`
  let replayer;
  let text = '';
  const words = new TextDecoder();
  function take(batch) {
    const lines = (text + words.decode(batch, { stream: true })).split('\\n');
    text = lines.pop();
    for (const line of lines) play(JSON.parse(line));
  }
  function play(event) {
    if (replayer === undefined) {
      replayer = new rrweb.Replayer([], { root: document.body, liveMode: true, mouseTail: false, showWarning: false, triggerFocus: false });
      replayer.startLive(event.timestamp);
      const painted = () => (window.paintedAt ??= performance.timeOrigin + performance.now());
      replayer.on('fullsnapshot-rebuilded', () => requestAnimationFrame(() => setTimeout(painted)));
    }
    replayer.addEvent(event);
  }
  const show = (of) => of.attach({ page: take, asset() {}, pointer() {} });`)}`;
