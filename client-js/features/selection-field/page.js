const field = document.getElementById('field');
/** Clicks elsewhere take the focus away, and what is selected with it; this page keeps both. */
const keep = () => {
  if (document.activeElement === field && field.selectionEnd === 80) return;
  field.focus();
  field.setSelectionRange(11, 80);
};
addEventListener('load', keep);
setInterval(keep, 100);
