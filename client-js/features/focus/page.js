addEventListener('load', () => document.getElementById('focused').focus());
