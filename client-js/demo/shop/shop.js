/** What every page of the shop shares: the cart badge, the season's colours, and the mark on what was already looked at. */
import { cartCount } from './cart.js';

const SEASON_KEY = 'halden-season';
const VIEWED_KEY = 'halden-viewed';

const seasons = {
  summer: ':root { --accent: #2f6b4f; --accent-dark: #1f4a37; --accent-soft: #dfeae2; --sun: #e9b44c; }',
  winter: ':root { --accent: #2d5d86; --accent-dark: #1d3f5d; --accent-soft: #dde8f1; --sun: #a9c6de; }',
};

const seasonSheet = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, seasonSheet];

function showSeason(season) {
  seasonSheet.replaceSync(seasons[season]);
  const button = document.getElementById('season');
  button.textContent = season === 'summer' ? 'Show winter colours' : 'Show summer colours';
  button.dataset.season = season;
}

function startSeason() {
  showSeason(sessionStorage.getItem(SEASON_KEY) === 'winter' ? 'winter' : 'summer');
  document.getElementById('season').addEventListener('click', (event) => {
    const next = event.currentTarget.dataset.season === 'summer' ? 'winter' : 'summer';
    sessionStorage.setItem(SEASON_KEY, next);
    showSeason(next);
  });
}

function showCartCount() {
  const count = cartCount();
  const badge = document.getElementById('cart-count');
  badge.textContent = String(count);
  badge.setAttribute('aria-label', count === 1 ? '1 article' : `${count} articles`);
}

/** The rule goes into the linked sheet by CSSOM: the page's markup never says which articles were looked at. */
function addViewedRule(id) {
  const sheet = document.getElementById('viewed-sheet').sheet;
  sheet?.insertRule(`#card-${CSS.escape(id)} .card-name::after { content: " · viewed"; color: var(--ink-soft); font-weight: 400; }`);
}

const viewed = () => new Set(JSON.parse(sessionStorage.getItem(VIEWED_KEY) ?? '[]'));

export function markViewed(id) {
  const ids = viewed();
  if (ids.has(id)) return;
  sessionStorage.setItem(VIEWED_KEY, JSON.stringify([...ids, id]));
  addViewedRule(id);
}

export function announce(message) {
  document.getElementById('announcement').textContent = message;
}

/** The brand's own buttons in front of the tag's: it is the tag that shows what comes of them. */
function offerHelp() {
  for (const [id, want] of [
    ['ask-agent', 'agent'],
    ['ask-code', 'code'],
  ]) {
    document.getElementById(id)?.addEventListener('click', () => window.Tandem?.ask(want));
  }
}

startSeason();
offerHelp();
showCartCount();
document.addEventListener('cart-changed', showCartCount);
for (const id of viewed()) addViewedRule(id);
