import { addStyles } from './styles.ts';

/** What speaks to the consumer in sentences: the invitation, and why a session ended. */
const TALK_STYLES = `
dialog,.ended{font:16px/1.5 system-ui,sans-serif;letter-spacing:normal;text-align:start}
dialog{color:#1d2433;border:0;border-radius:12px;padding:24px;width:min(440px,calc(100vw - 32px));box-shadow:0 12px 48px #0006;background:#fff}
dialog:focus{outline:none}
dialog::backdrop,.cover{background:#1d243366}
.cover{position:fixed;inset:0;width:auto;height:auto;margin:0;padding:0;border:0}
.cover dialog{position:fixed;inset:0;margin:auto;height:fit-content}
.cover:not([popover]){background:none}
h2{font-size:20px;line-height:1.3;margin:0 0 12px;overflow-wrap:anywhere}
p{margin:0 0 12px;overflow-wrap:anywhere}
.asked{display:flex;align-items:center;gap:16px}
.asked span{overflow:visible}
.asked strong{font:700 24px/1.2 ui-monospace,monospace;white-space:nowrap}
.asked button{font:inherit;cursor:pointer;border:1px solid #fff;border-radius:8px;padding:4px 12px;background:none;color:#fff}
.bar .wide{width:auto;border-radius:16px;padding:0 12px;font:inherit;cursor:pointer}
.bar button:focus-visible,.asked button:focus-visible{outline:3px solid #ffb000;outline-offset:2px}
@media(max-width:640px){.bar{flex-wrap:wrap;justify-content:center;width:max-content}}
.buttons{display:flex;gap:12px;flex-wrap:wrap;margin-top:20px}
.buttons button{font:inherit;font-weight:600;cursor:pointer;border-radius:8px;border:2px solid #1b5fc1;padding:8px 16px;background:#fff;color:#1b5fc1}
.buttons button:focus-visible{outline:3px solid #ffb000;outline-offset:2px}
.buttons .main{background:#1b5fc1;color:#fff}
.ended{position:fixed;inset:auto auto 16px 50%;margin:0;border:0;transform:translateX(-50%);max-width:calc(100vw - 32px);padding:12px 20px;border-radius:8px;background:#1d2433;color:#fff;box-shadow:0 2px 12px #0006}
`;

const styled = new WeakSet<ShadowRoot>();

export function addTalkStyles(root: ShadowRoot): void {
  if (styled.has(root)) return;
  styled.add(root);
  addStyles(root, TALK_STYLES);
}
