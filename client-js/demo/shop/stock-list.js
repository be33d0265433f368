/** The warehouse's list: 500 rows in a box that scrolls, sorted and filtered by moving the rows themselves. */
import { money, products } from './products.js';
import './shop.js';

const ROWS = 500;
const depots = ['Halden', 'Bergen', 'Lyon', 'Porto', 'Graz'];

const body = document.getElementById('rows');

const rows = Array.from({ length: ROWS }, (_, index) => {
  const product = products[index % products.length];
  // A full-period step through the residues: looks mixed, is the same on every load.
  const mixed = (index * 197 + 61) % ROWS;
  return {
    number: index + 1,
    name: `${product.name}, lot ${Math.floor(index / products.length) + 1}`,
    depot: depots[mixed % depots.length],
    pieces: mixed % 83,
    price: product.price + (mixed % 7) * 100,
  };
});

for (const row of rows) {
  const element = document.createElement('tr');
  element.id = `row-${row.number}`;
  for (const text of [String(row.number), row.name, row.depot, String(row.pieces), money(row.price)]) {
    element.append(Object.assign(document.createElement('td'), { textContent: text }));
  }
  row.element = element;
}

const compare = (key) => (a, b) => (typeof a[key] === 'number' ? a[key] - b[key] : a[key].localeCompare(b[key])) || a.number - b.number;

let order = { key: 'number', descending: false };

function arrange() {
  const words = document.getElementById('row-search').value.trim().toLowerCase();
  const shown = rows.filter((row) => row.name.toLowerCase().includes(words)).sort(compare(order.key));
  if (order.descending) shown.reverse();
  body.append(...shown.map((row) => row.element));
  for (const row of rows) if (!shown.includes(row)) row.element.remove();
  document.getElementById('row-count').textContent = `${shown.length} of ${ROWS} lots`;
}

for (const button of document.querySelectorAll('#stock-table th button')) {
  button.addEventListener('click', () => {
    const key = button.dataset.key;
    order = { key, descending: order.key === key && !order.descending };
    for (const head of document.querySelectorAll('#stock-table th')) head.removeAttribute('aria-sort');
    button.closest('th').setAttribute('aria-sort', order.descending ? 'descending' : 'ascending');
    arrange();
  });
}
document.getElementById('row-search').addEventListener('input', arrange);
arrange();
