/** The checkout form: one of each control that a shop has, and a sum that follows it. */
import { cartTotal, emptyCart, readCart } from './cart.js';
import { money, productById } from './products.js';
import { announce } from './shop.js';

const form = document.getElementById('checkout');
const shippingCents = { post: 490, express: 1290, collect: 0 };
const giftWrapCents = 350;

function showSummary() {
  const items = document.getElementById('summary-items');
  items.replaceChildren(
    ...readCart().map((line) => {
      const item = document.createElement('li');
      item.textContent = `${line.quantity} × ${productById(line.id)?.name ?? line.id}, ${line.size}`;
      return item;
    }),
  );
  if (items.children.length === 0) items.append(Object.assign(document.createElement('li'), { textContent: 'Nothing yet' }));
}

function showSum() {
  const shipping = shippingCents[form.elements.delivery.value];
  const wrap = form.elements.gift.checked ? giftWrapCents : 0;
  document.getElementById('summary-shipping').textContent = shipping === 0 ? 'free' : money(shipping);
  document.getElementById('summary-total').textContent = money(cartTotal() + shipping + wrap);
  document.getElementById('gift-message-row').hidden = !form.elements.gift.checked;
  document.getElementById('password-row').hidden = !form.elements.account.checked;
}

function showProblem(field) {
  const problem = document.getElementById(`${field.id}-problem`);
  if (problem) problem.textContent = field.validity.valid ? '' : field.validationMessage;
  field.setAttribute('aria-invalid', String(!field.validity.valid));
}

const toggle = document.getElementById('show-password');
toggle.addEventListener('click', () => {
  const field = form.elements.password;
  field.type = field.type === 'password' ? 'text' : 'password';
  toggle.textContent = field.type === 'password' ? 'Show' : 'Hide';
  toggle.setAttribute('aria-pressed', String(field.type === 'text'));
});

form.addEventListener('input', showSum);
form.addEventListener('change', (event) => {
  if (event.target.matches('input:not([type=radio], [type=checkbox]), textarea')) showProblem(event.target);
});
form.addEventListener('submit', (event) => {
  event.preventDefault();
  const wrong = [...form.elements].filter((field) => field.willValidate && !field.validity.valid);
  wrong.forEach(showProblem);
  if (wrong.length > 0) {
    announce(`Please look at ${wrong.length === 1 ? 'one field' : `${wrong.length} fields`} again.`);
    wrong[0].focus();
    return;
  }
  emptyCart();
  location.assign('thanks.html');
});

showSummary();
showSum();
