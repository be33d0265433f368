addEventListener('load', () => {
  document.getElementById('both').scrollTo(120, 250);
  document.getElementById('snap').scrollTo(0, 320);
  document.getElementById('smooth').scrollTo({ left: 60, top: 200, behavior: 'instant' });
  document.getElementById('rtl').scrollTo(-150, 90);
  document.getElementById('hidden').scrollTo(40, 300);
  document.getElementById('text').scrollTop = 60;
  scrollTo(130, 350);
});
