/** The product grid: filter and sort move the nodes, and last-minute prices and stock change by themselves. */
import { addToCart } from './cart.js';
import { money, products } from './products.js';
import { announce, markViewed } from './shop.js';
import './stock-meter.js';

const TICK_MILLIS = 1500;
const ARTICLES_PER_TICK = 3;
const FULL_STOCK = 40;

const grid = document.getElementById('grid');
const template = document.getElementById('card-template');
const filters = document.getElementById('filters');
const quickView = document.getElementById('quick-view');
const liveSwitch = document.getElementById('live');

const articles = products.map((product, position) => ({ ...product, position, base: product.price, card: cardOf(product) }));

function cardOf(product) {
  const card = template.content.firstElementChild.cloneNode(true);
  card.id = `card-${product.id}`;
  card.dataset.id = product.id;
  const link = card.querySelector('.card-link');
  link.id = `link-${product.id}`;
  link.href = `product.html?id=${product.id}`;
  card.querySelector('img').src = `img/${product.id}.svg`;
  card.querySelector('.card-name').textContent = product.name;
  card.querySelector('.card-category').textContent = product.category;
  card.querySelector('.card-price').textContent = money(product.price);
  card.querySelector('stock-meter').setAttribute('value', String(product.stock));
  for (const [selector, word] of [
    ['.add', 'add'],
    ['.look', 'look'],
  ]) {
    const button = card.querySelector(selector);
    button.id = `${word}-${product.id}`;
    button.setAttribute('aria-label', `${button.textContent.trim()}: ${product.name}`);
  }
  return card;
}

const orders = {
  picked: (a, b) => a.position - b.position,
  cheap: (a, b) => a.price - b.price,
  dear: (a, b) => b.price - a.price,
  name: (a, b) => a.name.localeCompare(b.name),
  rating: (a, b) => b.rating - a.rating,
};

function wanted() {
  const form = new FormData(filters);
  const words = String(form.get('search')).trim().toLowerCase();
  const categories = new Set(form.getAll('category'));
  return articles
    .filter((article) => (categories.size === 0 || categories.has(article.category)) && article.name.toLowerCase().includes(words))
    .sort(orders[form.get('sort')]);
}

/** Nodes that stay are moved, not made anew, and a node already in its place is left alone. */
function arrange() {
  const shown = wanted();
  const cards = new Set(shown.map((article) => article.card));
  for (const card of [...grid.children]) if (!cards.has(card)) card.remove();
  shown.forEach((article, index) => {
    if (grid.children[index] !== article.card) grid.insertBefore(article.card, grid.children[index] ?? null);
  });
  document.getElementById('result-count').textContent = shown.length === 1 ? '1 article' : `${shown.length} articles`;
}

function changePrice(article) {
  const before = article.price;
  const factor = 0.9 + Math.random() * 0.2;
  article.price = Math.round((article.base * factor) / 10) * 10;
  const price = article.card.querySelector('.card-price');
  price.textContent = money(article.price);
  price.classList.toggle('up', article.price > before);
  price.classList.toggle('down', article.price < before);
}

function changeStock(article) {
  const step = Math.random() < 0.7 ? -1 : 3;
  article.stock = Math.max(0, Math.min(FULL_STOCK, article.stock + step));
  article.card.querySelector('stock-meter').setAttribute('value', String(article.stock));
}

function tick() {
  if (liveSwitch.getAttribute('aria-checked') !== 'true' || document.hidden) return;
  for (let count = 0; count < ARTICLES_PER_TICK; count++) {
    const article = articles[Math.floor(Math.random() * articles.length)];
    changePrice(article);
    changeStock(article);
  }
  arrange();
}

function add(article) {
  addToCart(article.id, article.price, article.sizes[0]);
  announce(`${article.name} is in your cart.`);
}

function look(article) {
  markViewed(article.id);
  quickView.dataset.id = article.id;
  quickView.querySelector('h2').textContent = article.name;
  quickView.querySelector('img').src = `img/${article.id}.svg`;
  quickView.querySelector('.blurb').textContent = article.blurb;
  quickView.querySelector('.card-price').textContent = money(article.price);
  quickView.showModal();
}

grid.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  const article = articles.find(({ id }) => id === button.closest('.card').dataset.id);
  if (button.matches('.add')) add(article);
  else look(article);
});

document.getElementById('quick-add').addEventListener('click', () => {
  add(articles.find(({ id }) => id === quickView.dataset.id));
  quickView.close();
});

liveSwitch.addEventListener('click', () => {
  const on = liveSwitch.getAttribute('aria-checked') !== 'true';
  liveSwitch.setAttribute('aria-checked', String(on));
  liveSwitch.textContent = on ? 'Live prices: on' : 'Live prices: off';
});

filters.addEventListener('input', arrange);
filters.addEventListener('reset', () => queueMicrotask(arrange));
filters.addEventListener('submit', (event) => event.preventDefault());

arrange();
setInterval(tick, TICK_MILLIS);
