/** The two sides open side by side, each in a window and a process of its own; without scripts the links open tabs. */
const half = Math.floor(screen.availWidth / 2);

for (const [id, left] of [
  ['open-shop', 0],
  ['open-desk', half],
]) {
  document.getElementById(id).addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    window.open(event.currentTarget.href, '_blank', `noopener,left=${left},top=0,width=${half},height=${screen.availHeight}`);
  });
}
