document.getElementById('opened').open = true;
