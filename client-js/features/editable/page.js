const rich = document.getElementById('rich');
rich.firstElementChild.append(' and ', Object.assign(document.createElement('i'), { textContent: 'more' }), ' in', ' two', ' text nodes', '');
