/** The page that the agent's actions are tried on: one of everything that a page can put in an agent's way. */
export const LAB_PAGE = `<!doctype html><title>Lab</title><body>
  <button id="button"><b id="inner">Buy</b></button>
  <label id="label">Terms <input type="checkbox" id="terms"></label>
  <input type="radio" name="size" id="small" checked><input type="radio" name="size" id="large">
  <input id="text" value="ab"><input id="short" maxlength="3"><input id="locked" readonly><textarea id="area"></textarea>
  <input type="number" id="number" value="3"><input id="other">
  <fieldset disabled><input id="disabled"></fieldset>
  <input type="password" id="password"><label id="password-label" for="password">Password</label>
  <input type="file" id="file"><label id="file-label">File <input type="file"></label>
  <div data-tandem-readonly><button id="proof">Pay</button></div>
  <a id="link" href="#there">there</a><a id="foreign" href="https://elsewhere.example/">x</a><a id="script" href="javascript:window.hacked=1">x</a>
  <a id="mail" href="mailto:a@b.example">x</a><a id="download" href="/file" download>x</a><a id="blank" href="#blank" target="_blank">x</a>
  <svg width="20" height="20"><a id="svg" href="https://elsewhere.example/"><rect id="rect" width="20" height="20"/></a></svg>
  <select id="select"><option>a<option disabled>b<option>c</select><select id="many" multiple><option>a<option>b<option>c</select>
  <form id="form" action="#sent"><input id="query" name="query"><input type="submit" id="submit"></form>
  <form id="lonely" action="#lonely"><input id="single" name="q"></form>
  <form id="away" action="https://elsewhere.example/"><input id="away-field"><button id="away-button">go</button></form>
  <form id="guarded" action="#guarded"><input id="guarded-field"><button data-tandem-readonly>Pay</button></form>
  <div id="editor" contenteditable>Hello</div>
  <dialog id="dialog"><button id="in-dialog">ok</button></dialog>
  <div id="box" style="height:50px;width:50px;overflow:auto"><div style="height:500px;width:500px"></div></div>
  <div id="host"></div><iframe id="frame" srcdoc="<button id=deep>deep</button><input id=deep-text>"></iframe><div style="height:3000px"></div>
  <script>
    window.heard = [];
    document.querySelector('#host').attachShadow({ mode: 'open' }).innerHTML = '<button id="shady">x</button>';
    for (const form of document.forms) form.addEventListener('submit', (e) => { heard.push('submit ' + form.id); if (form.id !== 'lonely') e.preventDefault(); });
  </script>`;
