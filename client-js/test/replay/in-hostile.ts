import './in-page.ts';
import { HOSTILE } from './hostile-vectors.ts';

/** Shows one hostile page and does what an agent's stray hand might do in it. @returns whether the mirror still stands */
async function face(index: number, sink: string, own: string): Promise<string> {
  const vector = HOSTILE[index];
  if (!vector) throw new Error(`no vector ${index}`);
  const fill = (text: string): string => text.replaceAll('SINKHOST', sink.replace('http://', '')).replaceAll('SINK', sink);
  const asked: string[] = [];
  const page = { html: fill(vector.html), url: `${own}/page` };
  const { mirror, document: mirrored, ids, broken } = replay.show(page, { onLacking: ({ addresses }) => asked.push(...addresses) });
  if (vector.resource !== undefined) {
    while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    for (const address of asked) await replay.answer(mirror, { address, content: btoa(fill(vector.resource)) });
    // It is put in its place, and what fails is looked at once more.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
  }
  if (vector.change) {
    const { change } = vector;
    mirror.apply(replay.change((writer) => change(writer, (name) => ids[name] ?? 0, sink)));
  }
  for (const name of ['click', 'click2']) {
    // MathML elements have no click().
    mirrored.getElementById(name)?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, composed: true }));
    if (name === 'click') mirrored.querySelector<HTMLElement>(':is(a, button, input)#click:not(svg *)')?.click();
  }
  const form = mirrored.getElementById('submit') as HTMLFormElement | null;
  form?.requestSubmit();
  form?.submit();
  await new Promise((resolve) => setTimeout(resolve, 120));
  const frame = document.querySelector<HTMLIFrameElement>('[data-testid=mirror]');
  return [...broken, frame?.contentDocument === mirrored ? '' : 'the mirror is another document'].filter(Boolean).join();
}

declare global {
  var hostile: { face: typeof face };
  var ran: string[];
}

globalThis.ran = [];
globalThis.hostile = { face };
