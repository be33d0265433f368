/** The address of a picture that nobody but this page has. */
function picture(width, height, paint, type = 'image/png') {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  paint(canvas.getContext('2d'), width, height);
  const bytes = Uint8Array.from(atob(canvas.toDataURL(type).split(',')[1]), (unit) => unit.charCodeAt(0));
  return URL.createObjectURL(new Blob([bytes], { type }));
}

const plain = (colour) => (context, width, height) => {
  context.fillStyle = colour;
  context.fillRect(0, 0, width, height);
  context.fillStyle = '#fff';
  context.fillRect(width / 4, height / 4, width / 2, height / 2);
};

const shaded = (context, width, height) => {
  const shade = context.createLinearGradient(0, 0, width, height);
  shade.addColorStop(0, '#0ea5e9');
  shade.addColorStop(1, '#f97316');
  context.fillStyle = shade;
  context.fillRect(0, 0, width, height);
};

const show = (id, url) => Object.assign(document.getElementById(id), { src: url });

// As most pages do: when it is loaded, nobody can load it again.
const natural = picture(120, 50, plain('#2563eb'));
show('natural', natural).addEventListener('load', () => URL.revokeObjectURL(natural));
show('small', picture(300, 100, plain('#16a34a')));
show('photo', picture(200, 120, shaded));
document.getElementById('sharp').srcset = `${picture(160, 80, plain('#be123c'))} 2x`;
const drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="70"><circle cx="45" cy="35" r="30" fill="#7c3aed"/></svg>';
show('drawn', URL.createObjectURL(new Blob([drawing], { type: 'image/svg+xml' })));
document.getElementById('source').srcset = picture(100, 60, plain('#0f766e'));
document.getElementById('inside').setAttribute('href', picture(90, 60, plain('#a16207')));
show('button', picture(70, 30, plain('#334155')));
document.getElementById('film').poster = picture(120, 80, plain('#9333ea'));
document.getElementById('styled').style.backgroundImage = `url(${picture(50, 30, plain('#0891b2'))})`;
const [sheet] = document.styleSheets;
sheet.insertRule(`#ruled { background: url("${picture(60, 60, plain('#ca8a04'))}") center / contain no-repeat; }`, sheet.cssRules.length);
sheet.insertRule(`@media all { #tiled { background: url("${picture(20, 20, plain('#65a30d'))}"); } }`, sheet.cssRules.length);
show('secret', picture(16, 10, plain('#dc2626')));
