/** The list of waiting consumers: asked for once a second while the desk is visible, and never twice at a time. */
import { problemText, waitingText } from './wording.js';

const POLL_MILLIS = 1000;

export function startWaitingList(desk, { list, count, nobody, problem, invite }) {
  const entries = new Map();
  let timer = 0;
  let inFlight = false;
  let stopped = false;

  function entryOf(id) {
    const item = document.createElement('li');
    item.className = 'entry';
    item.dataset.testid = 'consumer-entry';
    item.dataset.session = id;
    const path = Object.assign(document.createElement('span'), { className: 'path' });
    const since = Object.assign(document.createElement('span'), { className: 'since' });
    const buttons = Object.assign(document.createElement('div'), { className: 'actions' });
    for (const [mode, label] of [
      ['view-only', 'View only'],
      ['shared', 'Shared'],
    ]) {
      const button = Object.assign(document.createElement('button'), {
        type: 'button',
        className: mode === 'shared' ? 'button' : 'button quiet',
        textContent: label,
      });
      button.dataset.testid = `invite-${mode}`;
      button.addEventListener('click', () => invite(id, mode));
      buttons.append(button);
    }
    item.append(path, since, buttons);
    return item;
  }

  function show(sessions) {
    const ids = new Set(sessions.map((session) => session.id));
    for (const [id, item] of entries) {
      if (ids.has(id)) continue;
      item.remove();
      entries.delete(id);
    }
    for (const session of sessions) {
      const known = entries.get(session.id);
      const item = known ?? entryOf(session.id);
      const where = `${session.page?.origin ?? ''}${session.page?.path ?? ''}`;
      const path = item.querySelector('.path');
      path.textContent = session.page?.path ?? 'a page';
      path.title = where;
      item.querySelector('.since').textContent = waitingText(session.waitingMillis);
      item.classList.toggle('asks', session.askingMillis !== null);
      for (const button of item.querySelectorAll('button')) {
        button.disabled = session.invitable === false;
        button.setAttribute(
          'aria-label',
          `Invite ${button.dataset.testid === 'invite-shared' ? 'shared' : 'view-only'}: the consumer on ${where}`,
        );
      }
      if (known) continue;
      entries.set(session.id, item);
      list.append(item);
    }
    if (count.textContent !== String(sessions.length)) count.textContent = String(sessions.length);
    nobody.hidden = sessions.length > 0;
  }

  async function ask() {
    if (inFlight || stopped || document.hidden) return;
    inFlight = true;
    clearTimeout(timer);
    try {
      const sessions = await desk.listWaiting();
      if (!stopped) {
        show(sessions);
        problem.textContent = '';
      }
    } catch (error) {
      problem.textContent = problemText(error);
    } finally {
      inFlight = false;
      if (!stopped) timer = setTimeout(ask, POLL_MILLIS);
    }
  }

  document.addEventListener('visibilitychange', ask);
  void ask();

  return function stop() {
    stopped = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', ask);
    show([]);
  };
}
