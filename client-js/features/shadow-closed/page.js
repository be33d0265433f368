// What nobody outside is given, for whoever compares.
const closedRoots = new WeakMap();
window.closedRoots = closedRoots;
const attach = (host) => {
  const root = host.attachShadow({ mode: 'closed' });
  closedRoots.set(host, root);
  return root;
};

const shared = new CSSStyleSheet();
shared.replaceSync(':host { border: 1px solid #64748b; border-radius: 8px; padding: 10px } :host(#b) { background: #f0fdf4 } p { color: seagreen; margin: 4px 0 } ::slotted(b) { letter-spacing: 3px }');

// The tag is there by then, which has to be first.
addEventListener('load', () => {
  customElements.define(
    'x-shut',
    class extends HTMLElement {
      constructor() {
        super();
        const root = attach(this);
        root.adoptedStyleSheets = [shared];
        root.innerHTML = `<style>.own { font-size: 13px } .box { height: 40px; width: 200px; overflow: auto; background: #e2e8f0 }</style>
          <h3 part="title" style="margin:0"><slot name="title">Fallback title</slot></h3><p>Sea-green inside.</p><div class="own"><slot></slot></div>
          <input><input type="checkbox"><div class="box"><div style="height:200px;background:linear-gradient(gold,teal)"></div></div>`;
        root.querySelector('input').value = `typed in ${this.id}`;
        root.querySelector('[type=checkbox]').checked = this.id === 'c';
      }
      connectedCallback() {
        closedRoots.get(this).querySelector('.box').scrollTop = 60;
      }
    },
  );
  const plain = attach(document.getElementById('plain'));
  plain.innerHTML = '<em>Shown</em> in its place, with a root inside: <span></span>';
  attach(plain.querySelector('span')).innerHTML = '<strong style="color:navy">deep</strong>';
});
