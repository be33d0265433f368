/* What the tag says to the consumer beside the frame: asks before a session and in it, and tells of its end. A chunk of its own, for nobody waits for it while a page is on its way. */

export { type Conversation, converse } from './ui/tag/conversation.ts';
export { showEnding } from './ui/tag/end-notice.ts';
export { type SessionControls, showControls } from './ui/tag/session-controls.ts';
