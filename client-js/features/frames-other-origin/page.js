// The site has two names, which are two origins.
const elsewhere = location.hostname === 'localhost' ? '127.0.0.1' : 'localhost';
for (const frame of document.querySelectorAll('iframe[data-elsewhere]')) frame.src = `http://${elsewhere}:${location.port}/${frame.dataset.elsewhere}`;
addEventListener('load', () => {
  for (const box of document.querySelectorAll('div[data-scrolled]')) box.scrollTop = Number(box.dataset.scrolled);
  scrollTo(0, Number(document.documentElement.dataset.scrolled ?? 0));
});
