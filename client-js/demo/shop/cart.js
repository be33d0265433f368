/** The cart lives in sessionStorage: it follows the tab from page to page and ends with it. */
const KEY = 'halden-cart';

export function readCart() {
  try {
    const lines = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
    return Array.isArray(lines) ? lines : [];
  } catch {
    return [];
  }
}

function writeCart(lines) {
  sessionStorage.setItem(KEY, JSON.stringify(lines));
  document.dispatchEvent(new CustomEvent('cart-changed'));
}

export function addToCart(id, price, size, quantity = 1) {
  const lines = readCart();
  const same = lines.find((line) => line.id === id && line.size === size);
  if (same) same.quantity += quantity;
  else lines.push({ id, size, price, quantity });
  writeCart(lines);
}

export function setQuantity(id, size, quantity) {
  const lines = readCart().map((line) => (line.id === id && line.size === size ? { ...line, quantity } : line));
  writeCart(lines.filter((line) => line.quantity > 0));
}

export const emptyCart = () => writeCart([]);
export const cartCount = () => readCart().reduce((sum, line) => sum + line.quantity, 0);
export const cartTotal = () => readCart().reduce((sum, line) => sum + line.quantity * line.price, 0);
