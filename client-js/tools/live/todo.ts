/** A list of todos; `round()` adds a hundred, edits, ticks, filters and removes them, a step at a time. */
export const TODO_LIST = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Todos</title>
<style>body { font: 14px sans-serif; max-width: 40em; margin: auto } li.done { text-decoration: line-through } .hidden { display: none }</style>
<h1>Todos</h1><input id="new" placeholder="What needs to be done?"><ul id="list"></ul><footer id="count">0 left</footer>
<script>
  const list = document.getElementById('list');
  const field = document.getElementById('new');
  const count = document.getElementById('count');
  const STEP_MILLIS = 20;
  const step = () => new Promise((resume) => setTimeout(resume, STEP_MILLIS));
  const tally = () => (count.textContent = list.querySelectorAll('li:not(.done)').length + ' left');
  function add(text) {
    const item = document.createElement('li');
    const box = document.createElement('input');
    box.type = 'checkbox';
    box.addEventListener('change', () => (item.classList.toggle('done', box.checked), tally()));
    const label = document.createElement('label');
    label.textContent = text;
    const remove = document.createElement('button');
    remove.textContent = 'x';
    remove.addEventListener('click', () => (item.remove(), tally()));
    item.append(box, label, remove);
    list.append(item);
    tally();
  }
  window.round = async () => {
    for (let i = 0; i < 100; i++) {
      field.value = 'todo ' + i;
      field.dispatchEvent(new Event('input', { bubbles: true }));
      add(field.value);
      field.value = '';
      await step();
    }
    for (const item of list.children) {
      item.children[1].firstChild.data += ', edited';
      await step();
    }
    for (const box of list.querySelectorAll('input')) {
      box.click();
      await step();
    }
    for (const shown of ['done', 'left', 'all']) {
      for (const item of list.children) item.classList.toggle('hidden', shown !== 'all' && item.classList.contains('done') !== (shown === 'done'));
      await step();
    }
    while (list.firstChild) {
      list.firstElementChild.querySelector('button').click();
      await step();
    }
  };
</script>`;
