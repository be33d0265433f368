document.getElementById('host').attachShadow({ mode: 'open' }).innerHTML = '<p>Inside a shadow root.</p>';
const text = (id) => document.getElementById(id).firstChild;
/** A click elsewhere takes a selection away; this page keeps its own. */
const keep = () => getSelection().isCollapsed && getSelection().setBaseAndExtent(text('from'), 2, document.querySelector('li:last-child').firstChild, 3);
addEventListener('load', keep);
document.addEventListener('selectionchange', keep);
