/** The frame's look, which comes with the stub; colours meet WCAG AA. What else is shown brings its own sheet with the capture bundle. */
export const FRAME_STYLES =
  '.frame{position:fixed;inset:0;width:auto;height:auto;padding:0;border:4px solid #1b5fc1;background:0 0;pointer-events:none;overflow:hidden}' +
  '.off{border-color:#b35900}' +
  '.bar{position:absolute;bottom:8px;left:50%;transform:translate(-50%);max-width:96%;display:flex;align-items:center;gap:12px;padding:4px 4px 4px 16px;border-radius:20px;background:#1d2433;color:#fff;font:14px system-ui;pointer-events:auto;white-space:nowrap}' +
  'span{overflow:hidden;text-overflow:ellipsis}' +
  '.bar button{border:0;width:32px;height:32px;border-radius:50%;background:#fff;color:#1d2433;flex:none}';

/** A constructed sheet passes a page's Content-Security-Policy where a <style> would not. */
export function addStyles(root: ShadowRoot, css: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  return sheet;
}
