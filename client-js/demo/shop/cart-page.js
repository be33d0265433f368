/** The cart: quantities that change the total at once. */
import { cartTotal, readCart, setQuantity } from './cart.js';
import { money, productById } from './products.js';
import './shop.js';

const lines = document.getElementById('lines');
const template = document.getElementById('line-template');

function rowOf(line) {
  const product = productById(line.id);
  const row = template.content.firstElementChild.cloneNode(true);
  row.id = `line-${line.id}`;
  row.querySelector('img').src = `img/${line.id}.svg`;
  const link = row.querySelector('a');
  link.textContent = product.name;
  link.href = `product.html?id=${line.id}`;
  row.querySelector('.line-size').textContent = line.size;
  const quantity = row.querySelector('input');
  quantity.value = String(line.quantity);
  quantity.setAttribute('aria-label', `Quantity of ${product.name}`);
  const sum = row.querySelector('.line-sum');
  sum.textContent = money(line.price * line.quantity);
  quantity.addEventListener('input', () => {
    const count = Number(quantity.value);
    if (!Number.isInteger(count) || count < 1) return;
    setQuantity(line.id, line.size, count);
    sum.textContent = money(line.price * count);
  });
  row.querySelector('button').addEventListener('click', () => {
    setQuantity(line.id, line.size, 0);
    row.remove();
  });
  row.querySelector('button').setAttribute('aria-label', `Remove ${product.name}`);
  return row;
}

function showTotal() {
  const empty = readCart().length === 0;
  document.getElementById('total').textContent = money(cartTotal());
  document.getElementById('empty').hidden = !empty;
  document.getElementById('filled').hidden = empty;
}

lines.append(
  ...readCart()
    .filter((line) => productById(line.id))
    .map(rowOf),
);
document.addEventListener('cart-changed', showTotal);
showTotal();
