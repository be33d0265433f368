import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MASK_TEXT } from '../../src/capture/mask.ts';
import { bundleLab, launch, openPage } from './browser.ts';
import type { Witness } from '../../src/capture/witness.ts';

declare global {
  interface Window {
    witness: Witness;
    /** What the page keeps of its closed shadow roots, by their hosts' ids. */
    kept: Record<string, ShadowRoot>;
  }
}

const HTML = `<!doctype html><html><body>
  <x-card id="card">slotted</x-card>
  <div data-tandem-mask><x-card id="masked">slotted secret</x-card></div>
  <script>
    window.kept = {};
    const attach = (host, html) => {
      const root = host.attachShadow({ mode: 'closed' });
      root.innerHTML = html;
      kept[host.id] = root;
      return root;
    };
    customElements.define('x-card', class extends HTMLElement {
      connectedCallback() {
        if (kept[this.id]) return;
        const root = attach(this, '<h3>Inside ' + this.id + '</h3><slot></slot><input id="field"><input id="password" type="password"><span id="inner"></span>'
          + '<div id="box" style="height:50px;overflow:auto"><div style="height:500px">tall</div></div>');
        attach(root.getElementById('inner'), '<b id="deep">deep inside</b>');
      }
    });
  </script>
</body></html>`;

describe('a closed shadow root', () => {
  let browser: Browser;
  let lab: string;
  let page: Page;

  beforeAll(async () => {
    browser = await launch();
    // As the stub does, before any script of the page.
    lab = `${await bundleLab()};globalThis.natively = Element.prototype.attachShadow;globalThis.witness = tandemLab.bearWitness()`;
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    page = await openPage(browser, lab, { '/': HTML, '/frame': '<!doctype html><p>in a frame</p>' });
    await page.evaluate(() => {
      document.querySelector('script')?.remove();
      const { witness } = window;
      const options = { closed: witness.closed, scrolled: witness.scrolled(), wasPassword: witness.wasPassword };
      window.lab = window.tandemLab.start(options);
    });
  });

  const begin = (): Promise<string> =>
    page.evaluate(() => {
      window.lab.capture.keyframe();
      return window.lab.whole();
    });
  const difference = (): Promise<string> =>
    page.evaluate(() => {
      window.lab.capture.flush();
      return window.lab.difference();
    });
  const unmask = (): Promise<void> => page.evaluate(() => document.querySelector('[data-tandem-mask]')?.remove());

  it('should come like an open one, whatever is in it, and follow what happens there', async () => {
    await unmask();
    expect(await begin()).toBe('');
    expect(await page.evaluate(() => window.lab.sentText())).toContain('deep inside');
    await page.evaluate(() => {
      const root = window.kept['card'] as ShadowRoot;
      (root.querySelector('h3') as Element).textContent = 'Changed';
      root.append(document.createElement('hr'));
      (root.querySelector('#field') as HTMLInputElement).value = 'typed';
      (root.querySelector('#field') as HTMLInputElement).focus();
      (root.querySelector('#box') as Element).scrollTop = 120;
      (window.kept['inner'] as ShadowRoot).append('more');
    });
    const states = (): Promise<object> =>
      page.evaluate(() => {
        const root = window.kept['card'] as ShadowRoot;
        const [field, box] = ['#field', '#box'].map((id) => window.lab.nodeOf(root.querySelector(id) as Element));
        return { focus: window.lab.mirror.state['focus'] === field?.id, field: field?.state, box: box?.state };
      });
    await expect.poll(states).toEqual({ focus: true, field: { value: 'typed' }, box: { scroll: [0, 120] } });
    await expect.poll(difference).toBe('');
  });

  it('should come when it is attached later, in a frame too, go with its host, and come back', async () => {
    await unmask();
    await begin();
    await page.evaluate(async () => {
      const frame = document.body.appendChild(Object.assign(document.createElement('iframe'), { src: '/frame' }));
      await new Promise((resume) => {
        frame.onload = resume;
      });
      window.lab.capture.flush();
      const framed = frame.contentDocument as Document;
      for (const parent of [document.body, framed.body]) {
        const host = parent.appendChild(parent.ownerDocument.createElement('div'));
        window.lab.capture.flush();
        host.attachShadow({ mode: 'closed' }).innerHTML = `<p>later</p>`;
      }
    });
    expect(await difference()).toBe('');
    expect(await page.evaluate(() => (window.lab.sentText().match(/later/g) ?? []).length)).toBe(2);
    await page.evaluate(() => {
      const card = document.querySelector('#card') as Element;
      card.remove();
      window.lab.capture.flush();
      document.body.append(card);
    });
    expect(await difference()).toBe('');
  });

  it('should tell what is selected in it', async () => {
    await begin();
    const selected = (select: (root: ShadowRoot) => void): Promise<string[]> =>
      page.evaluate(async (source) => {
        const stop = window.tandemLab.tellState(window.lab);
        (eval(source) as (root: ShadowRoot) => void)(window.kept['card'] as ShadowRoot);
        await new Promise((resume) => setTimeout(resume, 50));
        window.lab.capture.flush();
        stop();
        return window.tandemLab.selectedIn(window.lab);
      }, `(${select.toString()})`);
    expect(
      await selected((root) => {
        const text = root.querySelector('h3')?.firstChild as Text;
        getSelection()?.setBaseAndExtent(text, 0, text, 6);
      }),
    ).toEqual(['Inside']);
    expect(
      await selected((root) => {
        const field = root.querySelector('#field') as HTMLInputElement;
        field.value = 'typed here';
        field.focus();
        field.setSelectionRange(0, 5);
      }),
    ).toEqual(['typed']);
  });

  it('should be covered by a mask around it, and masked by its own', async () => {
    await begin();
    const text = await page.evaluate(() => {
      const root = window.kept['card'] as ShadowRoot;
      (root.querySelector('h3') as Element).setAttribute('data-tandem-mask', '');
      (root.querySelector('h3') as Element).textContent = 'hidden by its own';
      (window.kept['masked'] as ShadowRoot).append('late secret');
      (root.querySelector('#password') as HTMLInputElement).value = 'pass-word';
      window.lab.capture.flush();
      return window.lab.sentText();
    });
    expect(text).toContain('Inside card');
    expect(/Inside masked|hidden by|secret|pass-word/.exec(text)).toBeNull();
    // What the mask covers can be taken away again.
    await page.evaluate(() => document.querySelector('[data-tandem-mask]')?.removeAttribute('data-tandem-mask'));
    await difference();
    expect(await page.evaluate(() => window.lab.sentText())).toContain('Inside masked');
  });

  it('should keep secret what was a password before the session began', async () => {
    const values = await page.evaluate(async () => {
      window.lab.capture.stop();
      const root = window.kept['card'] as ShadowRoot;
      const [typed, toggled] = ['typed', 'toggled'].map((id) =>
        root.appendChild(Object.assign(document.createElement('input'), { id, type: 'password', value: `${id} in secret` })),
      ) as [HTMLInputElement, HTMLInputElement];
      typed.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
      await new Promise((resume) => setTimeout(resume));
      for (const field of [typed, toggled]) field.type = 'text';
      await new Promise((resume) => setTimeout(resume));
      const { witness } = window;
      window.lab = window.tandemLab.start({ closed: witness.closed, wasPassword: witness.wasPassword });
      window.lab.capture.keyframe();
      await window.lab.whole();
      return [typed, toggled].map((field) => window.lab.nodeOf(field).state['value'] ?? window.lab.nodeOf(field).attributes.get('value'));
    });
    expect(values).toEqual([MASK_TEXT, MASK_TEXT]);
    expect(await page.evaluate(() => window.lab.sentText())).not.toContain('in secret');
  });

  it('should be where the consumer scrolled it before the session began', async () => {
    await page.evaluate(async () => {
      (window.kept['card']?.querySelector('#box') as Element).scrollTop = 77;
      await new Promise((resume) => requestAnimationFrame(() => requestAnimationFrame(resume)));
      window.lab.capture.stop();
      const { witness } = window;
      window.lab = window.tandemLab.start({ closed: witness.closed, scrolled: witness.scrolled() });
    });
    await begin();
    expect(await page.evaluate(() => window.lab.nodeOf(window.kept['card']?.querySelector('#box') as Element).state['scroll'])).toEqual([
      0, 77,
    ]);
  });

  it('should be closed to the page as ever, which finds nothing that tells of us', async () => {
    const facts = (): Promise<unknown> =>
      page.evaluate(() => {
        const { natively } = globalThis as unknown as { natively: typeof Element.prototype.attachShadow };
        const { attachShadow } = Element.prototype;
        const host = document.body.appendChild(document.createElement('div'));
        const root = host.attachShadow({ mode: 'closed' });
        const button = root.appendChild(document.createElement('button'));
        let path: EventTarget[] = [];
        host.addEventListener('click', (event) => (path = event.composedPath()));
        button.click();
        const fault = (act: () => unknown): string => {
          try {
            act();
            return 'none';
          } catch (error) {
            return `${(error as Error).name}: ${(error as Error).message}`;
          }
        };
        const faults = [attachShadow, natively].map((attach) => [
          fault(() => attach.call(host, { mode: 'open' })),
          fault(() => attach.call(document.createElement('img'), { mode: 'open' })),
          fault(() => attach.call(document.createElement('p'), undefined as never)),
          fault(() => attach.call({} as Element, { mode: 'open' })),
          fault(() => Reflect.construct(attach as never, [])).replace(/^TypeError.*/, 'TypeError'),
        ]);
        const { writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(Element.prototype, 'attachShadow') ?? {};
        return {
          shadowRoot: host.shadowRoot,
          path: path[0] === host,
          facts: [
            attachShadow.name,
            attachShadow.length,
            /^function \w*\(\) \{ \[native code\] \}$/.test(attachShadow.toString()),
            'prototype' in attachShadow,
          ],
          own: Reflect.ownKeys(attachShadow).sort().join() === Reflect.ownKeys(natively).sort().join(),
          rest: { writable, enumerable, configurable },
          keys: Object.keys(Element.prototype).includes('attachShadow'),
          faults: JSON.stringify(faults[0]) === JSON.stringify(faults[1]),
        };
      });
    const likeItself = {
      ...{ shadowRoot: null, path: true, facts: ['attachShadow', 1, true, false], own: true, keys: true, faults: true },
      rest: { writable: true, enumerable: true, configurable: true },
    };
    expect(await facts()).toEqual(likeItself);
    await begin();
    expect(await facts()).toEqual(likeItself);
  });
});
