customElements.define('x-badge', class extends HTMLElement {});
customElements.define(
  'x-light',
  class extends HTMLElement {
    connectedCallback() {
      this.innerHTML = '<div class="light">Rendered into the light tree <em>by the element itself</em></div>';
    }
  },
);
customElements.define('x-button', class extends HTMLButtonElement {}, { extends: 'button' });
