const shared = new CSSStyleSheet();
shared.replaceSync(':host { border: 1px solid #64748b; border-radius: 8px; padding: 10px } :host(#b) { background: #f0fdf4 } p { color: seagreen; margin: 4px 0 } ::slotted(b) { letter-spacing: 3px }');
customElements.define(
  'x-card',
  class extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      const root = this.attachShadow({ mode: 'open' });
      root.adoptedStyleSheets = [shared];
      root.innerHTML = `<style>.own { font-size: 13px }</style><h3 part="title" style="margin:0"><slot name="title">Fallback title</slot></h3>
        <p>Sea-green inside.</p><div class="own"><slot></slot></div><input value="in shadow"><input type="checkbox">`;
      root.querySelector('input').value = `typed in ${this.id}`;
      root.querySelector('[type=checkbox]').checked = this.id === 'c';
    }
  },
);
