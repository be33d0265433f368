const list = document.getElementById('list');
for (let i = 1; i <= 4000; i++) {
  const item = document.createElement('li');
  item.id = `row-${i}`;
  item.dataset.weight = String((i * 7919) % 1000);
  item.innerHTML = `<b>${i}</b><span>Crate number ${i}, bound for pier ${i % 17}</span><span class="tag">${i % 5 ? '' : 'fragile'}</span>`;
  list.append(item);
}
document.getElementById('late').textContent = 'The end of the list';
