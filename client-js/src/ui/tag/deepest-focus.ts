/** The element that has the focus, inside shadow roots too; null: none but the body. */
export function deepestFocus(): Element | null {
  let focused = document.activeElement;
  for (let inner = focused?.shadowRoot?.activeElement; inner; inner = inner.shadowRoot?.activeElement) focused = inner;
  return focused === document.body ? null : focused;
}
