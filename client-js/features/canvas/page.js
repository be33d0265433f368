const context = (id, kind = '2d') => document.getElementById(id).getContext(kind);

const chart = context('chart');
chart.fillStyle = '#f8fafc';
chart.fillRect(0, 0, 300, 160);
['#0ea5e9', '#f97316', '#22c55e', '#a855f7'].forEach((colour, i) => {
  chart.fillStyle = colour;
  chart.fillRect(20 + i * 70, 150 - 30 * (i + 1), 50, 30 * (i + 1));
});

const stretched = context('stretched');
stretched.fillStyle = '#0f766e';
stretched.fillRect(0, 0, 26, 9);

const glass = context('glass');
glass.fillStyle = 'rgb(37 99 235 / 50%)';
glass.fillRect(0, 0, 160, 90);

const sheet = new OffscreenCanvas(100, 60);
const paint = sheet.getContext('2d');
paint.fillStyle = '#be123c';
paint.fillRect(0, 0, 100, 60);
context('bitmap', 'bitmaprenderer').transferFromImageBitmap(sheet.transferToImageBitmap());
