document.getElementById('modal').showModal();
document.getElementById('hint').showPopover();
document.activeElement.blur();
