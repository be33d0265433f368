/** Colours and sizes can be set from outside by the custom properties; everything else is the viewer's own. */
export const VIEWER_STYLE = `
:host { display: block; position: relative; overflow: hidden; background: var(--tandem-backdrop, #dfe6ea); color: #10242e;
  font: 14px/1.4 system-ui, sans-serif; min-height: 120px; }
:host([hidden]) { display: none; }
* { box-sizing: border-box; }
.scroller { position: absolute; inset: 0; overflow: hidden; display: grid; place-items: center; }
:host([zoom="actual"]) .scroller { overflow: auto; place-items: start; }
.canvas { position: relative; overflow: hidden; background: #fff; box-shadow: 0 1px 6px #0003; flex: none; }
.page, .editors { position: absolute; left: 0; top: 0; transform-origin: 0 0; }
.overlay { position: absolute; inset: 0; outline: none; touch-action: none; user-select: none; -webkit-user-select: none; }
.overlay:focus-visible { box-shadow: inset 0 0 0 3px var(--tandem-accent, #1673ff); }
.editors { pointer-events: none; }
.editors > * { pointer-events: auto; position: absolute; margin: 0; }
.editor { outline: 2px solid var(--tandem-agent, #0a7d55); outline-offset: 0; resize: none; }
.choices { font: 14px/1.4 system-ui, sans-serif; background: #fff; color: #10242e; border: 1px solid #7c919c; border-radius: 4px; box-shadow: 0 4px 16px #0004; padding: 2px; }
.beside, .marks { position: absolute; inset: 0; overflow: hidden; pointer-events: none; }
.beside > *, .marks > * { position: absolute; left: 0; top: 0; }
.cursor { will-change: transform; transition: transform 80ms linear; }
.cursor svg { display: block; filter: drop-shadow(0 1px 1px #0006); }
.cursor span, .box span { position: absolute; left: 14px; top: 16px; padding: 1px 7px; border-radius: 9px; background: var(--of); color: #fff; font-size: 12px; white-space: nowrap; }
.cursor.own svg { visibility: hidden; }
.cursor.consumer { --of: var(--tandem-consumer, #b3261e); }
.cursor.agent { --of: var(--tandem-agent, #0a7d55); }
.box { border: 2px solid var(--of); border-radius: 3px; }
.box span { left: -2px; top: auto; bottom: 100%; border-radius: 3px 3px 0 0; }
.box.focus { --of: var(--tandem-consumer, #b3261e); border-style: dotted; }
.box.typing { --of: var(--tandem-consumer, #b3261e); }
.box.highlight { --of: #e0a100; border-width: 4px; box-shadow: 0 0 0 4px #ffd40055; }
.not-shown { display: grid; place-items: center; margin-top: -7px; padding: 0 4px; overflow: hidden; font-size: 10px; line-height: 14px; color: #767676; white-space: nowrap; text-overflow: ellipsis; }
.selection-consumer { background: color-mix(in srgb, var(--tandem-consumer, #b3261e) 35%, transparent); }
.field-selection { transform-origin: 0 0; overflow: hidden; background: none; color: transparent; border: 0 solid transparent; white-space: pre-wrap; }
.field-selection.line { display: flex; align-items: center; white-space: pre; }
.field-selection > div { flex: none; min-width: 100%; }
.open-list { transform-origin: 0 0; max-height: 320px; overflow: hidden; padding: 2px; font: 14px/1.5 system-ui, sans-serif; white-space: nowrap; background: #fff; color: #10242e; border: 2px solid var(--tandem-consumer, #b3261e); border-radius: 4px; box-shadow: 0 4px 16px #0004; }
.open-list > div { padding: 0 8px; }
.open-list .group { font-weight: bold; }
.open-list .inner { padding-left: 20px; }
.open-list [aria-selected=true] { background: #10242e; color: #fff; }
.open-list [aria-disabled=true] { opacity: .5; }
.visible-part { border: 2px solid var(--tandem-consumer, #b3261e); box-shadow: 0 0 0 9999px #10242e33; }
.text-highlight { background: #ffd40066; box-shadow: 0 2px #e0a100; }
.click-mark { width: 44px; height: 44px; margin: -22px 0 0 -22px; border-radius: 50%; border: 4px solid #ffd400; background: #ffd40044; }
.click-mark i { position: absolute; inset: -4px; border-radius: 50%; border: 4px solid #ffd400; animation: ripple 1.2s ease-out both; }
@keyframes ripple { from { transform: scale(.4); opacity: 1 } to { transform: scale(1.4); opacity: 0 } }
@media (prefers-reduced-motion: reduce) { .cursor { transition: none } .click-mark i { animation-duration: .01s, 1.2s } }
.veil { position: absolute; inset: 0; display: grid; place-items: center; text-align: center; padding: 24px; background: #eef3f5d9; font-size: 16px; }
.veil.opaque { background: #eef3f5; }
.veil[hidden], .notice[hidden] { display: none; }
.notice { position: absolute; left: 50%; bottom: 56px; transform: translateX(-50%); max-width: 80%; margin: 0; padding: 8px 16px; border-radius: 6px; background: #10242e; color: #fff; box-shadow: 0 2px 10px #0005; }
.tools { position: absolute; right: 12px; bottom: 12px; display: flex; gap: 6px; opacity: .35; }
.tools:hover, .tools:focus-within { opacity: 1; }
.tools button { font: inherit; font-size: 13px; padding: 4px 10px; border: 1px solid #7c919c; border-radius: 6px; background: #fff; color: inherit; cursor: pointer; }
.tools button:focus-visible { outline: 3px solid var(--tandem-accent, #1673ff); }
`;
