const blank = document.getElementById('blank').contentDocument;
blank.body.innerHTML = '<h4 style="margin:4px">Written by script</h4><p>into about:blank</p>';
addEventListener('load', () => {
  const outer = document.querySelector('iframe').contentWindow;
  outer.scrollTo(0, 120);
});
