/** The agent's desk: signs in, invites a waiting consumer, shows the mirror and says how the session stands. */
import { AgentDesk } from '/tandem-viewer.js';
import { startWaitingList } from './waiting-list.js';
import { modes, problemText, refusalText, states, whyItEnded, whyNoSession } from './wording.js';

const LEFT_OVER_KEY = 'tandem-desk-session';

const byId = (id) => document.getElementById(id);

let desk = null;
let session = null;
let stopList = () => {};

async function fetchToken(name) {
  const response = await fetch('dev-token', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  const answer = await response.json();
  if (!response.ok) throw Object.assign(new Error(answer.title), { problem: answer });
  return answer.token;
}

/** A desk that was reloaded in mid-session has lost its mirror: it ends what it left behind, so that its agent is free at once. */
async function endLeftOver(token) {
  const id = sessionStorage.getItem(LEFT_OVER_KEY);
  if (id === null) return;
  sessionStorage.removeItem(LEFT_OVER_KEY);
  await fetch(`/v1/sessions/${id}`, { method: 'DELETE', headers: { Authorization: `Bearer ${token}` } });
}

function notice(text) {
  byId('notice-text').textContent = text;
  byId('notice').hidden = text === '';
}

/** The demo lets its visitor straight in: as `?name=` says, or under the name that stands in the form; not after a sign-out. */
function signInAtOnce() {
  const { searchParams } = new URL(location.href);
  const name = searchParams.get('name');
  if (name) byId('name').value = name;
  if (searchParams.has('signed-out')) byId('name').select();
  else void signIn();
}

async function signIn() {
  const name = byId('name').value.trim() || 'Ada';
  byId('sign-in-problem').textContent = '';
  try {
    const token = await fetchToken(name);
    desk = new AgentDesk({ relay: location.origin, token });
    await endLeftOver(token);
  } catch (error) {
    byId('sign-in-problem').textContent = problemText(error);
    return;
  }
  byId('agent-name').textContent = name;
  byId('who').hidden = false;
  byId('welcome').hidden = true;
  byId('desk').hidden = false;
  byId('waiting-title').focus();
  stopList = startWaitingList(desk, {
    list: byId('waiting'),
    count: byId('waiting-count'),
    nobody: byId('nobody'),
    problem: byId('list-problem'),
    invite,
  });
}

const invite = (id, mode) => begin(() => desk.invite(id, mode));

async function begin(asked) {
  notice('');
  try {
    take(await asked());
  } catch (error) {
    notice(problemText(error));
  }
}

function take(next) {
  session = next;
  next.addEventListener('change', () => next === session && show());
  next.addEventListener('refused', (event) => next === session && notice(refusalText(event.detail)));
  next.addEventListener('ended', () => next === session && ended());
  sessionStorage.setItem(LEFT_OVER_KEY, next.id);
  const viewer = document.createElement('tandem-viewer');
  viewer.session = next;
  byId('stage').replaceChildren(viewer);
  show();
}

function ended() {
  sessionStorage.removeItem(LEFT_OVER_KEY);
  const accepted = session.invitation === 'accepted';
  notice(accepted || session.endReason ? whyItEnded(session.endReason) : whyNoSession(session.invitation));
  if (document.fullscreenElement) void document.exitFullscreen();
  show();
  for (const viewer of byId('stage').children) viewer.session = null;
  byId('stage').replaceChildren();
  byId('waiting-title').focus();
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function showPeople(participants) {
  byId('people').replaceChildren(
    ...participants.map(({ name, role, present }) => {
      const item = document.createElement('li');
      item.textContent = present ? name : `${name} (away)`;
      item.title = role;
      item.classList.toggle('absent', !present);
      return item;
    }),
  );
}

function show() {
  const { state, mode, participants, quality } = session;
  const live = state === 'active' || state === 'paused';
  byId('session-state').dataset.state = state;
  setText(byId('session-state'), states[state] ?? state);
  setText(byId('mode'), modes[mode] ?? '');
  byId('mode').dataset.mode = mode ?? '';
  setText(byId('quality'), quality ? `Link: ${quality}` : '');
  byId('quality').hidden = !quality || !live;
  showPeople(live ? participants : []);
  byId('status').hidden = false;
  byId('empty').hidden = state !== 'ended';
  byId('asking').hidden = state !== 'inviting';
  byId('stage').hidden = !live;
  byId('full-screen').hidden = !live;
  byId('withdraw').hidden = state !== 'inviting';
  byId('end').hidden = !live;
  byId('lower-mode').hidden = !live || mode !== 'shared';
  byId('raise-mode').hidden = !live || mode === 'shared';
  byId('raise-mode').disabled = session.modeAsked !== null;
  setText(byId('raise-mode'), session.modeAsked === null ? 'Ask for shared control' : 'The consumer is asked…');
}

/** Every call that can fail says so at the desk instead of in the console. */
const onClick = (id, act) =>
  byId(id).addEventListener('click', async () => {
    try {
      await act();
    } catch (error) {
      notice(problemText(error));
    }
  });

onClick('end', () => session.end());
onClick('withdraw', () => session.withdraw());
onClick('raise-mode', () => session.setMode('shared'));
onClick('lower-mode', () => session.setMode('view-only'));
onClick('full-screen', () => byId('stage').requestFullscreen());
onClick('notice-close', () => notice(''));
onClick('sign-out', async () => {
  if (session && session.state !== 'ended') await (session.state === 'inviting' ? session.withdraw() : session.end());
  stopList();
  location.replace('?signed-out');
});
byId('by-code').addEventListener('submit', (event) => {
  event.preventDefault();
  const code = byId('code').value;
  byId('by-code').reset();
  void begin(() => desk.inviteByCode(code, event.submitter?.value ?? 'shared'));
});
byId('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  void signIn();
});
signInAtOnce();
