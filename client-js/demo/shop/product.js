/** One article: its choices, its reviews in a box that scrolls by itself, and the size guide in a frame. */
import { addToCart } from './cart.js';
import { money, productById, products } from './products.js';
import { announce, markViewed } from './shop.js';
import './stock-meter.js';

const product = productById(new URLSearchParams(location.search).get('id')) ?? products[0];

document.title = `${product.name} – Halden Outfitters`;
document.getElementById('name').textContent = product.name;
document.getElementById('blurb').textContent = product.blurb;
document.getElementById('price').textContent = money(product.price);
document.getElementById('picture').src = `img/${product.id}.svg`;
document.getElementById('rating').textContent = `★ ${product.rating} of 5`;
document.getElementById('crumb').textContent = product.name;
document.getElementById('stock').setAttribute('value', String(product.stock));

const size = document.getElementById('size');
size.append(...product.sizes.map((label) => new Option(label, label)));

const reviewers = ['Ines', 'Torben', 'Mara', 'Joon', 'Abel', 'Lotte', 'Priya', 'Emil', 'Sanna', 'Diego', 'Aoife', 'Karim'];
const words = [
  'Held up for two weeks on the coast path. Would buy again.',
  'Lighter than it looks, and the colour is nicer than in the picture.',
  'A zip was stiff at first; a little wax and it runs.',
  'My third one. The first two went to my children.',
];
const reviews = document.getElementById('reviews');
reviews.append(
  ...reviewers.map((name, index) => {
    const item = document.createElement('li');
    item.id = `review-${index + 1}`;
    const who = document.createElement('strong');
    who.textContent = `${name}, ${5 - (index % 3)} stars`;
    const text = document.createElement('p');
    text.textContent = words[index % words.length];
    item.append(who, text);
    return item;
  }),
);

document.getElementById('buy').addEventListener('submit', (event) => {
  event.preventDefault();
  const quantity = Math.max(1, Number(document.getElementById('quantity').value) || 1);
  addToCart(product.id, product.price, size.value, quantity);
  announce(`${quantity} × ${product.name} (${size.value}) in your cart.`);
});

markViewed(product.id);
