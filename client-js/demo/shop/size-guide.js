/** The size guide: a page of its own, shown in a frame. */
const unit = document.getElementById('unit');
const cells = [...document.querySelectorAll('td[data-cm]')];

function show() {
  for (const cell of cells) {
    const cm = Number(cell.dataset.cm);
    cell.textContent = unit.value === 'cm' ? `${cm} cm` : `${(cm / 2.54).toFixed(1)} in`;
  }
}

unit.addEventListener('change', show);
show();
