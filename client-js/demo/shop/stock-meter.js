/** `<stock-meter value="7" max="40">`: how much is left, as a bar and in words, in an open shadow root. */
const sheet = new CSSStyleSheet();
sheet.replaceSync(`
  :host { display: block; font-size: 0.8125rem; color: var(--ink-soft, #55605a); }
  .track { block-size: 6px; border-radius: 3px; background: #e3e0d6; overflow: hidden; }
  .fill { block-size: 100%; border-radius: 3px; background: var(--accent, #2f6b4f); transition: inline-size 0.3s; }
  :host([low]) .fill { background: #b4542a; }
  :host([low]) .words { color: #93401c; font-weight: 600; }
  .words { margin: 6px 0 0; }
  @media (prefers-reduced-motion: reduce) { .fill { transition: none; } }
`);

class StockMeter extends HTMLElement {
  static observedAttributes = ['value', 'max'];

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet];
    const track = document.createElement('div');
    track.className = 'track';
    this.fill = document.createElement('div');
    this.fill.className = 'fill';
    track.append(this.fill);
    this.words = document.createElement('p');
    this.words.className = 'words';
    root.append(track, this.words);
  }

  connectedCallback() {
    this.show();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.show();
  }

  show() {
    const value = Number(this.getAttribute('value') ?? 0);
    const max = Number(this.getAttribute('max') ?? 40);
    this.toggleAttribute('low', value <= 5);
    this.fill.style.inlineSize = `${Math.round((100 * value) / max)}%`;
    this.words.textContent = value === 0 ? 'Sold out, more on Monday' : value <= 5 ? `Only ${value} left` : `${value} in stock`;
  }
}

customElements.define('stock-meter', StockMeter);
