/* A page that never rests, with things to press; and the agent's viewer with a hand of its own. */

const TICK_MILLIS = 50;
const CHANGE_MILLIS = 120;

/** The consumer's page. `number` is the purchase that its button makes. */
export const shopPage = (number: number, tag: string): string => `<!doctype html><meta charset="utf-8"><title>Shop ${number}</title>
<style>body { font: 14px sans-serif } #list { height: 200px; overflow: auto }</style>
<output id="tick">0</output>
<button id="count">0</button> <input id="field">
<form action="/buy" method="post"><input type="hidden" name="number" value="${number}"><button id="buy">Buy ${number}</button></form>
<ul id="list"></ul>
<script>
  const tick = document.getElementById('tick');
  window.ticking = setInterval(() => { tick.textContent = String(Date.now()); }, ${TICK_MILLIS});
  const count = document.getElementById('count');
  count.addEventListener('click', () => { count.textContent = String(Number(count.textContent) + 1); });
  const list = document.getElementById('list');
  let made = 0;
  window.changing = setInterval(() => {
    for (let i = 0; i < 3; i++) {
      const item = document.createElement('li');
      item.textContent = 'item ' + ++made;
      item.className = 'kind-' + (made % 7);
      list.insertBefore(item, list.children[(made * 7919) % (list.children.length + 1)] ?? null);
    }
    // As many as come: a page that grows would be slower from try to try.
    while (list.children.length > 60) list.children[(made * 104729 + list.children.length) % list.children.length].remove();
    list.append(list.children[(made * 31) % list.children.length]);
  }, ${CHANGE_MILLIS});
  window.rest = () => { clearInterval(window.ticking); clearInterval(window.changing); };
</script>${tag}`;

export const DESK = `<!doctype html><meta charset="utf-8"><title>Desk</title>
<style>html, body { margin: 0 } tandem-viewer { display: block; width: 1366px; height: 768px }</style>
<tandem-viewer></tandem-viewer>
<script type="module">
  const viewer = document.querySelector('tandem-viewer');
  const pause = (millis) => new Promise((resume) => setTimeout(resume, millis));
  let desk;
  window.verdicts = [];
  window.refusals = [];
  window.signIn = async (relay, token) => {
    const { AgentDesk } = await import(relay + '/tandem-viewer.js');
    desk = new AgentDesk({ relay, token });
  };
  window.inviteTheLatest = async () => {
    for (;;) {
      const [waiting] = (await desk.listWaiting()).filter(({ invitable }) => invitable);
      if (waiting) {
        viewer.session = await desk.invite(waiting.id, 'shared');
        viewer.session.addEventListener('verdict', ({ detail }) => window.verdicts.push(detail));
        viewer.session.addEventListener('refused', ({ detail }) => window.refusals.push(detail));
        return;
      }
      await pause(100);
    }
  };
  const shown = (id) => viewer.mirror?.document?.getElementById(id) ?? null;
  window.session = () => viewer.session;
  window.shownText = (id) => shown(id)?.textContent ?? '';
  /** The moment when the mirror first showed something that the page had after this one. */
  window.freshAfter = async (time, withinMillis) => {
    const end = Date.now() + withinMillis;
    while (Date.now() < end) {
      if (Number(shown('tick')?.textContent ?? 0) > time) return Date.now();
      await pause(5);
    }
    return null;
  };
  /** @returns the action's sequence, or -1 where the mirror has no such element, or it may not be sent now */
  window.press = (id) => {
    const node = shown(id);
    return node ? viewer.session.click({ node: viewer.mirror.idOf(node), x: 32768, y: 32768 }) : -1;
  };
  window.mirrorHtml = () => shown('list')?.outerHTML ?? '';
</script>`;
